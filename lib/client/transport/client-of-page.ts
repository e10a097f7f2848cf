import { browserPage } from './browser-environment'
import { createClient } from './chat-client'
import { createFurtherClient } from './settings-client'

type Client = ReturnType<typeof createClient> & ReturnType<typeof createFurtherClient>
let made: Client | null = null

/** The page's client for Rill's API. */
export function client(): Client {
  made ??= { ...createClient(browserPage), ...createFurtherClient(browserPage) }
  return made
}
