import { ownedGeneration } from '@/lib/database/ownership'
import { endpoint } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { followingResponse } from '@/lib/http/readers'
import { cursor, eventsQuery } from '@/lib/protocol/requests/events'
import { followGeneration } from '@/lib/runs/follow'

/** Streams a generation's log after a cursor, then live. */
export const GET = endpoint<{ id: string }>(async (request, { principal, params }) => {
  const { after } = readQuery(request, eventsQuery)
  const row = await ownedGeneration(params.id, principal.ownerId)
  const lastEventId = cursor.safeParse(request.headers.get('last-event-id')).data
  return await followingResponse(request, principal.ownerId, (client) =>
    followGeneration(row.id, after ?? lastEventId ?? 0, client),
  )
})
