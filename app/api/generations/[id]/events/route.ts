import { z } from 'zod'
import { ownedGeneration } from '@/lib/database/ownership'
import { followGeneration } from '@/lib/generations/follow'
import { readQuery } from '@/lib/http/body'
import { endpoint } from '@/lib/http/endpoint'
import { following } from '@/lib/http/readers'

const cursor = z.coerce.number().int().min(0)

/** A generation's log after a cursor, then live. */
export const GET = endpoint<{ id: string }>(async (request, { principal, params }) => {
  const { after } = readQuery(request, z.strictObject({ after: cursor.optional() }))
  const row = await ownedGeneration(params.id, principal.ownerId)
  const lastEventId = cursor.safeParse(request.headers.get('last-event-id')).data
  return await following(request, principal.ownerId, (client) =>
    followGeneration(row.id, after ?? lastEventId ?? 0, client),
  )
})
