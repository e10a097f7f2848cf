import { ownedGeneration } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { retryGenerationNow } from '@/lib/runs/follow'

/** Ends a generation's wait for its next attempt; answers the status it has. Does nothing when it does not wait. */
export const POST = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedGeneration(params.id, principal.ownerId)
  return json({ status: await retryGenerationNow(row) })
})
