import { ownedGeneration } from '@/lib/database/ownership'
import { regenerate } from '@/lib/generations/again'
import { readJson } from '@/lib/http/body'
import { again, startingEndpoint } from '../../../started'

/** Writes the reply of a generation anew, as another branch under the same prompt. */
export const POST = startingEndpoint<{ id: string }>(async (request, { session, params }) => {
  const given = await readJson(request, again)
  const row = await ownedGeneration(params.id, session.ownerId)
  return { started: await regenerate(row, given), stream: given.stream }
})
