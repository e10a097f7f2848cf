import { ownedGeneration } from '@/lib/database/ownership'
import { continueReply } from '@/lib/generations/again'
import { readJson } from '@/lib/http/body'
import { endpoint } from '@/lib/http/endpoint'
import { againRequest, startedResponse } from '../../../started'

/** Goes on with the reply of a generation that ended before its end, in the same message. */
export const POST = endpoint<{ id: string }>(async (request, { session, params }) => {
  const given = await readJson(request, againRequest)
  const row = await ownedGeneration(params.id, session.ownerId)
  return await startedResponse(request, await continueReply(row, given), given.stream)
})
