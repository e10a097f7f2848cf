import 'server-only'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { z } from 'zod'
import { config } from '@/lib/config'
import { bareKey } from '@/lib/protocol/pasted'
import { BaseUrlError, parseBaseUrl } from '@/lib/upstream/network/ssrf-guard'
import { name } from './fields'

/** Headers that would change the framing of the request or its destination. */
const reserved = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'content-type'])
const MAX_HEADERS = 20
const MAX_HEADER_NAME_LENGTH = 200

const baseUrl = z
  .string()
  .max(2000, 'is longer than 2,000 characters')
  .transform((text, context) => {
    try {
      return parseBaseUrl(text, { publicOnly: config().publicProvidersOnly })
    } catch (error) {
      if (!(error instanceof BaseUrlError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })

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
  // Aborts first: checking each of a hundred thousand headers takes most of a second.
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

/** A time limit from a second to a day; null means the server's own. */
const timeoutMs = z
  .int()
  .min(1000, 'must be at least 1 second')
  .max(86_400_000, 'must be at most one day (86,400 seconds)')
  .nullable()

/** A provider as the settings page sends it. */
export const providerForm = z.strictObject({
  name,
  baseUrl,
  apiKey: apiKey.optional(),
  headers: headers.optional(),
  firstTokenTimeoutMs: timeoutMs.optional(),
  idleTimeoutMs: timeoutMs.optional(),
})

/** Azure and other providers take the key in a header of this name. */
function isKey(header: string): boolean {
  return /^(?:x-)?api-key$/i.test(header)
}

function isHeader(header: string, value: string): boolean {
  try {
    validateHeaderName(header)
    validateHeaderValue(header, value)
    return true
  } catch {
    // Node's message is for programmers; the form has its own.
    return false
  }
}
