import { ownedGeneration } from '@/lib/database/ownership'
import { readJson } from '@/lib/http/input/body'
import { regenerateRequest } from '@/lib/protocol/requests/turns'
import { prepareContinuation } from '@/lib/runs/start/regenerate'
import { startingEndpoint } from '../../../started'

/** Continues the reply of a generation that ended early, in the same message. */
export const POST = startingEndpoint<{ id: string }>(async (request, { principal, params }) => {
  const given = await readJson(request, regenerateRequest)
  const row = await ownedGeneration(params.id, principal.ownerId)
  return { turn: await prepareContinuation(row, given), stream: given.stream }
})
