import { ownedGeneration } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { retryGenerationNow } from '@/lib/runs/follow'

/** Skips a generation's wait for its next attempt, if it is waiting. Responds with its status. */
export const POST = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedGeneration(params.id, principal.ownerId)
  return json({ status: await retryGenerationNow(row) })
})
