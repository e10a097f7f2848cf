import { ownedGeneration } from '@/lib/database/ownership'
import { retryGenerationNow } from '@/lib/generations/follow'
import { endpoint, json } from '@/lib/http/endpoint'

/** Ends a generation's wait for its next attempt; answers the status it has. Does nothing when it does not wait. */
export const POST = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedGeneration(params.id, principal.ownerId)
  return json({ status: await retryGenerationNow(row) })
})
