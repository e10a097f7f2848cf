import { ownedGeneration } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { stopGeneration } from '@/lib/runs/follow'

/** Ends a generation with `stopped`; answers the status it ended with. */
export const POST = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedGeneration(params.id, principal.ownerId)
  return json({ status: await stopGeneration(row) })
})
