import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { providerForm } from '@/lib/http/input/provider-form'
import { providerOverview } from '@/lib/providers/overview'
import { createProvider } from '@/lib/providers/own'

/** The person's providers, the operator's, and local servers that were found running. Never keys. */
export const GET = endpoint(async (_request, { principal }) => json(await providerOverview(principal.ownerId)))

/** Stores a provider. Its key is encrypted and never sent back. */
export const POST = endpoint(async (request, { principal }) =>
  json(await createProvider(principal.ownerId, await readJson(request, providerForm)), { status: 201 }),
)
