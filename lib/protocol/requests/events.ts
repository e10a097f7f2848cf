import 'server-only'
import { z } from 'zod'
import { MAX_LOGS_AT_ONCE } from '../sse'
import { key } from './fields'

/** The `seq` of the last event that a reader has seen, in the query or in `Last-Event-ID`. */
export const cursor = z.coerce.number().int().min(0)

/** `GET /api/generations/{id}/events` */
export const eventsQuery = z.strictObject({ after: cursor.optional() })

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
  .pipe(z.array(place).max(MAX_LOGS_AT_ONCE, `names more than ${MAX_LOGS_AT_ONCE} answers. Ask for them in parts`))
  .refine((places) => new Set(places.map(([id]) => id)).size === places.length, 'names an answer twice')

/** `GET /api/generations/events` */
export const multiplexedEventsQuery = z.strictObject({ from })
