import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { providerForm } from '@/lib/http/input/provider-form'
import { providerOverview } from '@/lib/providers/overview'
import { createProvider } from '@/lib/providers/own'

/** The person's own providers, the operator's, and local servers that were found running. No keys. */
export const GET = endpoint(async (_request, { principal }) => json(await providerOverview(principal.ownerId)))

/** Stores a provider; its key is sealed and never comes back. */
export const POST = endpoint(async (request, { principal }) =>
  json(await createProvider(principal.ownerId, await readJson(request, providerForm)), { status: 201 }),
)
