import { ownedGeneration } from '@/lib/database/ownership'
import { regenerate } from '@/lib/generations/again'
import { readJson } from '@/lib/http/body'
import { endpoint } from '@/lib/http/endpoint'
import { againRequest, startedResponse } from '../../../started'

/** Writes the reply of a generation anew, as another branch under the same prompt. */
export const POST = endpoint<{ id: string }>(async (request, { session, params }) => {
  const given = await readJson(request, againRequest)
  const row = await ownedGeneration(params.id, session.ownerId)
  return await startedResponse(request, await regenerate(row, given), given.stream)
})
