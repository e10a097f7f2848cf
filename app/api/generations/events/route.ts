import { ownedGenerations } from '@/lib/database/ownership'
import { endpoint } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { followingResponse } from '@/lib/http/readers'
import { multiplexedEventsQuery } from '@/lib/protocol/requests/events'
import { followGenerations } from '@/lib/runs/follow'

/** Streams several logs in one response, each after its cursor, then live. An event's `id` is `{generationId}:{seq}`. */
export const GET = endpoint(async (request, { principal }) => {
  const { from: positions } = readQuery(request, multiplexedEventsQuery)
  await ownedGenerations(
    positions.map(([id]) => id),
    principal.ownerId,
  )
  return await followingResponse(request, principal.ownerId, (client) => followGenerations(new Map(positions), client))
})
