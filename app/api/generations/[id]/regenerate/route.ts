import { ownedGeneration } from '@/lib/database/ownership'
import { readJson } from '@/lib/http/input/body'
import { regenerateRequest } from '@/lib/protocol/requests/turns'
import { prepareRegeneration } from '@/lib/runs/start/regenerate'
import { startingEndpoint } from '../../../started'

/** Starts another reply to the same prompt, as a branch beside the first. */
export const POST = startingEndpoint<{ id: string }>(async (request, { principal, params }) => {
  const given = await readJson(request, regenerateRequest)
  const row = await ownedGeneration(params.id, principal.ownerId)
  return { turn: await prepareRegeneration(row, given), stream: given.stream }
})
