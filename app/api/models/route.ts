import { endpoint, json } from '@/lib/http/endpoint'
import { modelList } from '@/lib/providers/models'

/** Providers and their models. */
export const GET = endpoint(async (_request, { principal }) => json(await modelList(principal.ownerId)), {
  limit: 'costly',
})
