import { ownedGeneration } from '@/lib/database/ownership'
import { readJson } from '@/lib/http/input/body'
import { prepareRegeneration } from '@/lib/runs/regenerate'
import { againRequest, startingEndpoint } from '../../../started'

/** Writes the reply of a generation anew, as another branch under the same prompt. */
export const POST = startingEndpoint<{ id: string }>(async (request, { principal, params }) => {
  const given = await readJson(request, againRequest)
  const row = await ownedGeneration(params.id, principal.ownerId)
  return { turn: await prepareRegeneration(row, given), stream: given.stream }
})
