import { ownedGeneration } from '@/lib/database/ownership'
import { readJson } from '@/lib/http/input/body'
import { prepareContinuation } from '@/lib/runs/regenerate'
import { againRequest, startingEndpoint } from '../../../started'

/** Goes on with the reply of a generation that ended before its end, in the same message. */
export const POST = startingEndpoint<{ id: string }>(async (request, { principal, params }) => {
  const given = await readJson(request, againRequest)
  const row = await ownedGeneration(params.id, principal.ownerId)
  return { turn: await prepareContinuation(row, given), stream: given.stream }
})
