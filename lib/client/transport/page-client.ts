import { createBillingClient } from './billing-client'
import { browserEnvironment } from './browser-environment'
import { createChatClient } from './chat-client'
import { createProvidersClient } from './providers-client'

type PageClient = ReturnType<typeof createPageClient>
let pageClient: PageClient | null = null

/** The page's client of Rill's API, with all of its calls. */
export function client(): PageClient {
  pageClient ??= createPageClient()
  return pageClient
}

function createPageClient() {
  return {
    ...createChatClient(browserEnvironment),
    ...createBillingClient(browserEnvironment),
    ...createProvidersClient(browserEnvironment),
  }
}
