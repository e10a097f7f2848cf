import 'server-only'
import { isFields } from '../decoding/json'
import { normalizedCode } from './error-codes'
import { isMarkup, type UnwrappedText, unwrapText } from './error-text'
import { durationIn } from './retry-after'

/** What an error body says, however it is wrapped. Lists start with the innermost: what the provider itself wrote. */
export interface ErrorBody {
  /** The response's; undefined for an error inside a 200. */
  httpStatus: number | undefined
  /** HTTP statuses written in the body. */
  statuses: number[]
  /** Codes, types and exception names, as `normalizedCode` returns them. */
  codes: string[]
  /** The message at each level. */
  sentences: string[]
  /** It came as an object, so the sender speaks an API. */
  isObject: boolean
  /** Google's names of the quotas that are used up. */
  quotaIds: string[]
  /** How long the body asks to wait, in milliseconds. */
  waits: number[]
  /** The provider's headers, as a gateway quotes them. */
  headers: Headers | null
  /** The estimated time until the model has loaded, in milliseconds. */
  loadingMs: number | null
}

/** How many texts within texts are unwrapped. */
const MAX_TEXT_DEPTH = 3
const MAX_OBJECT_DEPTH = 8
const MAX_LIST_LENGTH = 8

/** Fields that hold other errors, the innermost first. */
const wrapperFields = fieldNames(
  'metadata raw upstream_error original_error provider_error innererror inner_error base_resp',
  'error Error errors detail details message body response cause',
  'result data fault',
)
/** Fields that hold messages. */
const messageFields = fieldNames(
  'message msg Message error_message errorMessage error_msg status_msg detail details',
  'error error_description faultstring title reason raw',
)
/** Fields that hold codes and statuses. */
const codeFields = fieldNames('code type status reason error_code errorCode error_type errorType errorcode __type Code')
const statusFields = fieldNames(
  'status status_code statusCode http_status http_status_code http_code httpStatus code error_code',
)
/** Fields that ask to wait, with their unit in milliseconds. */
const waitFields = new Map([
  ['retry_after', 1000],
  ['retryAfter', 1000],
  ['retry_after_seconds', 1000],
  ['resets_in_seconds', 1000],
  ['retry_after_ms', 1],
])

function fieldNames(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(' '))
}

/** Reads an error from the body of a response, parsed or as text, or from an error object inside a reply. */
export function readErrorBody(payload: unknown, httpStatus?: number): ErrorBody {
  const body: ErrorBody = {
    httpStatus,
    statuses: [],
    codes: [],
    sentences: [],
    isObject: typeof payload === 'object' && payload !== null,
    quotaIds: [],
    waits: [],
    headers: null,
    loadingMs: null,
  }
  read(payload, body, { texts: 0, objects: 0 })
  return body
}

interface Depth {
  texts: number
  objects: number
}

function read(value: unknown, body: ErrorBody, depth: Depth): void {
  if (depth.objects > MAX_OBJECT_DEPTH) return
  const deeper = { ...depth, objects: depth.objects + 1 }
  if (typeof value === 'string') readText(value, body, depth)
  else if (Array.isArray(value)) for (const each of value.slice(0, MAX_LIST_LENGTH)) read(each, body, deeper)
  else if (isFields(value)) readObject(value, body, deeper)
}

function readText(text: string, body: ErrorBody, depth: Depth): void {
  if (text.trim() === '') return
  if (depth.texts >= MAX_TEXT_DEPTH) {
    body.sentences.push(text)
    return
  }
  const { labels, message, quoted, whole } = isMarkup(text) ? plain(text) : unwrapText(text)
  const known = body.sentences.length + body.codes.length
  if (quoted !== undefined) read(quoted, body, { ...depth, texts: depth.texts + 1 })
  for (const label of labels) addCodeOrStatus(label, body)
  // The quoted object may be an example and no error: then the whole text is the message.
  const sentence = body.sentences.length + body.codes.length === known ? whole : message
  if (isCode(sentence)) addCode(sentence, body)
  if (sentence !== '') body.sentences.push(sentence)
}

function plain(text: string): UnwrappedText {
  return { labels: [], message: text, quoted: undefined, whole: text }
}

function readObject(fields: Record<string, unknown>, body: ErrorBody, depth: Depth): void {
  for (const name of wrapperFields) {
    const value = fields[name]
    if (name === 'base_resp') readBaseResponse(value, body)
    if (typeof value === 'object' && value !== null) read(value, body, depth)
  }
  for (const message of messagesIn(fields)) readText(message, body, depth)
  for (const name of codeFields) addCodeOrStatus(fields[name], body)
  for (const name of statusFields) addStatus(fields[name], body)
  readHints(fields, body)
}

function messagesIn(fields: Record<string, unknown>): string[] {
  // Google's typed details are meant for programs.
  if (typeof fields['@type'] === 'string') return []
  const messages = messageFields.map((name) => fields[name]).filter((value) => typeof value === 'string')
  // pydantic names the field of the request.
  const place = Array.isArray(fields.loc) ? fields.loc.slice(1).join('.') : ''
  return place === '' ? messages : messages.map((message) => `${place}: ${message}`)
}

/** MiniMax's error numbers, prefixed: other providers use the same numbers for other errors. */
function readBaseResponse(value: unknown, body: ErrorBody): void {
  if (isFields(value) && value.status_code !== undefined) addCode(`base_resp_${value.status_code}`, body)
}

function readHints(fields: Record<string, unknown>, body: ErrorBody): void {
  for (const [name, ms] of waitFields) {
    const wait = Number(fields[name])
    if (fields[name] !== null && fields[name] !== '' && Number.isFinite(wait) && wait >= 0) body.waits.push(wait * ms)
  }
  // https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
  const delay = typeof fields.retryDelay === 'string' ? durationIn(fields.retryDelay) : null
  if (delay !== null) body.waits.push(delay)
  if (Array.isArray(fields.violations)) {
    for (const violation of fields.violations.slice(0, MAX_LIST_LENGTH)) {
      if (isFields(violation) && typeof violation.quotaId === 'string') body.quotaIds.push(violation.quotaId)
    }
  }
  if (isFields(fields.headers)) body.headers ??= headersOf(fields.headers)
  const { estimated_time: estimate } = fields
  if (typeof estimate === 'number' && estimate >= 0) body.loadingMs ??= estimate * 1000
}

function headersOf(fields: Record<string, unknown>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields)) {
    const sendable = /^[\w-]+$/.test(name) && /^[\x20-\x7e]{1,200}$/.test(String(value))
    if (sendable && (typeof value === 'string' || typeof value === 'number')) headers.set(name, String(value))
  }
  return headers
}

function addCodeOrStatus(value: unknown, body: ErrorBody): void {
  if (statusOf(value) !== null) addStatus(value, body)
  else if (typeof value === 'string' || typeof value === 'number') addCode(String(value), body)
}

function addCode(name: string, { codes }: ErrorBody): void {
  for (const each of [name, ...name.split('.')]) {
    const code = normalizedCode(each.slice(0, 100))
    if (code !== '' && !codes.includes(code)) codes.push(code)
  }
}

function addStatus(value: unknown, { statuses }: ErrorBody): void {
  const status = statusOf(value)
  if (status !== null && !statuses.includes(status)) statuses.push(status)
}

function statusOf(value: unknown): number | null {
  const status = typeof value === 'string' ? Number(/^\d{3}(?!\d)/.exec(value)?.[0] ?? Number.NaN) : value
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : null
}

/** Whether a text is a code and no sentence. */
function isCode(text: string): boolean {
  return /^[\w.-]{3,100}$/.test(text)
}
