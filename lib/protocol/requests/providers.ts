import 'server-only'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { z } from 'zod'
import { bareKey } from '../pasted'
import { name, rowId } from './fields'

/** Headers that would change how the request itself is framed or to whom it goes. */
const reserved = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'content-type'])
const MAX_HEADERS = 20
const MAX_HEADER_NAME_LENGTH = 200

const apiKey = z
  .string()
  .max(5000)
  .transform(bareKey)
  .refine((key) => key.length <= 4000, 'is longer than 4,000 characters')
  .refine((key) => isHeader('Authorization', key), 'has characters that aren’t allowed in a key. Copy it again')
  .transform((key) => key || null)
  .nullable()

const headers = z
  .record(z.string(), z.unknown())
  // Before the checks of each header: those of a hundred thousand take most of a second.
  .refine((record) => Object.keys(record).length <= MAX_HEADERS, {
    message: `has more than ${MAX_HEADERS} headers`,
    abort: true,
  })
  .pipe(z.record(z.string().trim().max(MAX_HEADER_NAME_LENGTH), z.string().trim().max(4000)))
  .transform((record) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, isKey(name) ? bareKey(value) : value])),
  )
  .refine(
    (record) => Object.entries(record).every(([header, value]) => isHeader(header, value)),
    'has a header that can’t be sent',
  )
  .refine(
    (record) => Object.keys(record).every((header) => !reserved.has(header.toLowerCase())),
    `can’t set ${[...reserved].join(', ')}`,
  )

/** From a second to a day; null is the server's own limit. */
const timeoutMs = z
  .int()
  .min(1000, 'must be at least 1 second')
  .max(86_400_000, 'must be at most one day (86,400 seconds)')
  .nullable()

/** `POST /api/providers`. Only the server can check the address: it knows which networks it may call. */
export const newProvider = z.strictObject({
  name,
  baseUrl: z.string().max(2000, 'is longer than 2,000 characters'),
  apiKey: apiKey.optional(),
  headers: headers.optional(),
  firstTokenTimeoutMs: timeoutMs.optional(),
  idleTimeoutMs: timeoutMs.optional(),
})
export type NewProvider = z.input<typeof newProvider>

/** `PATCH /api/providers/{id}`. An absent key, or absent headers, keep the stored ones. */
export type ProviderChange = Partial<NewProvider>

/** `POST /api/providers/test`: with the id of a stored provider, an absent key is the stored one. */
export const providerTestRequest = newProvider.extend({ id: rowId.optional(), model: name.optional() })
export type ProviderTestRequest = z.input<typeof providerTestRequest>

/** Azure and others take the key in a header of this name. */
function isKey(header: string): boolean {
  return /^(?:x-)?api-key$/i.test(header)
}

function isHeader(header: string, value: string): boolean {
  try {
    validateHeaderName(header)
    validateHeaderValue(header, value)
    return true
  } catch {
    // Node says why in words for programmers; the form says it in its own.
    return false
  }
}
