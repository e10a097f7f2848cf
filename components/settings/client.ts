import { createClient } from '@/lib/store/client'
import { createFurtherClient } from '@/lib/store/further-client'
import { browserPage } from '@/lib/store/page'

type Client = ReturnType<typeof createClient> & ReturnType<typeof createFurtherClient>
let made: Client | null = null

/** The page's client for Rill's API. */
export function client(): Client {
  made ??= { ...createClient(browserPage), ...createFurtherClient(browserPage) }
  return made
}
