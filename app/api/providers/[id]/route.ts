import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { providerForm } from '@/lib/http/input/provider-form'
import { deleteProvider, updateProvider } from '@/lib/providers/own'

/** Changes a provider. Without a key in the request, the stored one stays. */
export const PATCH = endpoint<{ id: string }>(async (request, { principal, params }) =>
  json(await updateProvider(params.id, principal.ownerId, await readJson(request, providerForm.partial()))),
)

/** Removes a provider and its key. */
export const DELETE = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  await deleteProvider(params.id, principal.ownerId)
  return new Response(null, { status: 204 })
})
