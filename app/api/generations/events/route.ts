import { z } from 'zod'
import { ownedGenerations } from '@/lib/database/ownership'
import { endpoint } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { key } from '@/lib/http/input/fields'
import { followingResponse } from '@/lib/http/readers'
import { followGenerations } from '@/lib/runs/follow'

const MAX_LOGS = 100

const formatMessage = 'isn’t understood. Use {id}:{seq}, separated by commas'
const position = z
  .string()
  .regex(/^[^:]+:\d{1,15}$/, formatMessage)
  .transform((text): [string, number] => {
    const [id = '', seq] = text.split(':')
    return [id, Number(seq)]
  })
const from = z
  .string(formatMessage)
  .pipe(key)
  .transform((text) => text.split(','))
  .pipe(z.array(position).max(MAX_LOGS, `names more than ${MAX_LOGS} answers. Ask for them in parts`))
  .refine((positions) => new Set(positions.map(([id]) => id)).size === positions.length, 'names an answer twice')

/** Streams several logs in one response, each after its cursor, then live. An event's `id` is `{generationId}:{seq}`. */
export const GET = endpoint(async (request, { principal }) => {
  const { from: positions } = readQuery(request, z.strictObject({ from }))
  await ownedGenerations(
    positions.map(([id]) => id),
    principal.ownerId,
  )
  return await followingResponse(request, principal.ownerId, (client) => followGenerations(new Map(positions), client))
})
