import { createClient } from '@/lib/store/client'
import { browserPage } from '@/lib/store/page'

type Client = ReturnType<typeof createClient>
let made: Client | null = null

/** The page's client for Rill's API. */
export function client(): Client {
  made ??= createClient(browserPage)
  return made
}
