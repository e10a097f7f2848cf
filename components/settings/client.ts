import { createFurtherClient } from '@/lib/store/further-client'
import { browserPage } from '@/lib/store/page'

type Client = ReturnType<typeof createFurtherClient>
let made: Client | null = null

/** The page's client for Rill's API. */
export function client(): Client {
  made ??= createFurtherClient(browserPage)
  return made
}
