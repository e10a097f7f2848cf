import { ownedGeneration } from '@/lib/database/ownership'
import { regenerate } from '@/lib/generations/again'
import { readJson } from '@/lib/http/body'
import { againRequest, startingEndpoint } from '../../../started'

/** Writes the reply of a generation anew, as another branch under the same prompt. */
export const POST = startingEndpoint<{ id: string }>(async (request, { principal, params, spend }) => {
  const given = await readJson(request, againRequest)
  const row = await ownedGeneration(params.id, principal.ownerId)
  return { started: await regenerate(row, given, spend), stream: given.stream }
})
