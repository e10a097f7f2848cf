import { endpoint, json } from '@/lib/http/endpoint'
import { fullModelList } from '@/lib/providers/models'

/** Providers and their models. */
export const GET = endpoint(async (_request, { principal }) => json(await fullModelList(principal.ownerId)), {
  limit: 'costly',
})
