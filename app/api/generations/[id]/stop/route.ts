import { ownedGeneration } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { stopGeneration } from '@/lib/runs/follow'

/** Stops a generation. Responds with the status that it ended with. */
export const POST = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedGeneration(params.id, principal.ownerId)
  return json({ status: await stopGeneration(row) })
})
