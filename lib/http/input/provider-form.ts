import 'server-only'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { z } from 'zod'
import { config } from '@/lib/config'
import { bareKey } from '@/lib/protocol/pasted'
import { BaseUrlError, parseBaseUrl } from '@/lib/upstream/network/ssrf-guard'
import { name } from './fields'

/** Headers that would change how the request itself is framed or to whom it goes. */
const reserved = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'content-type'])
const HEADERS_AT_MOST = 20
const HEADER_NAME_AT_MOST = 200

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
  // First, and nothing after it: to look at each of a hundred thousand takes the better part of a second.
  .refine((record) => Object.keys(record).length <= HEADERS_AT_MOST, {
    message: `has more than ${HEADERS_AT_MOST} headers`,
    abort: true,
  })
  .pipe(z.record(z.string().trim().max(HEADER_NAME_AT_MOST), z.string().trim().max(4000)))
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

/** A silence that an answer is allowed, from a second to a day; null is the server's own limit. */
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
