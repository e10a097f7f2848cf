import { z } from 'zod'
import { ownedGenerations } from '@/lib/database/ownership'
import { endpoint } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { key } from '@/lib/http/input/fields'
import { following } from '@/lib/http/readers'
import { followGenerations } from '@/lib/runs/follow'

const MOST = 100

const shape = 'isn’t understood. Use {id}:{seq}, separated by commas'
const place = z
  .string()
  .regex(/^[^:]+:\d{1,15}$/, shape)
  .transform((text): [string, number] => {
    const [id = '', seq] = text.split(':')
    return [id, Number(seq)]
  })
const from = z
  .string(shape)
  .pipe(key)
  .transform((text) => text.split(','))
  .pipe(z.array(place).max(MOST, `names more than ${MOST} answers. Ask for them in parts`))
  .refine((places) => new Set(places.map(([id]) => id)).size === places.length, 'names an answer twice')

/** Several logs in one response, each after its cursor, then live; an event's `id` is `{generationId}:{seq}`. */
export const GET = endpoint(async (request, { principal }) => {
  const { from: places } = readQuery(request, z.strictObject({ from }))
  await ownedGenerations(
    places.map(([id]) => id),
    principal.ownerId,
  )
  return await following(request, principal.ownerId, (client) => followGenerations(new Map(places), client))
})
