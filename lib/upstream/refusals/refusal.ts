import 'server-only'
import { isFields } from '../decoding/chunk'
import { isMarkup } from './markup'
import { type UnwrappedText, unwrapText } from './refusal-text'
import { durationIn } from './retry-after'

/** What a refusal says, whatever wraps it. Lists have the innermost first: what the provider itself wrote. */
export interface Refusal {
  /** Of the response; undefined for an error inside a 200. */
  httpStatus: number | undefined
  /** HTTP statuses that are written into the body. */
  statuses: number[]
  /** Codes, types and names of exceptions, see `codeOf`. */
  codes: string[]
  /** What is said in words at each level. */
  sentences: string[]
  /** It came as an object, so whoever answered speaks an API. */
  isObject: boolean
  /** Names of the quotas that are used up, as Google sends them. */
  quotaIds: string[]
  /** How long the body asks to wait, in milliseconds. */
  waits: number[]
  /** Headers of the provider that a gateway quotes. */
  headers: Headers | null
  /** How long a model's loading is estimated to take, in milliseconds. */
  loadingMs: number | null
}

/** So often is a text looked into for the error that it wraps. */
const deepestText = 3
const deepestObject = 8
const longestList = 8

/** Where errors keep other errors, the innermost first. */
const wraps = fields(
  'metadata raw upstream_error original_error provider_error innererror inner_error base_resp',
  'error Error errors detail details message body response cause',
  'result data fault',
)
/** Where they keep words. */
const says = fields(
  'message msg Message error_message errorMessage error_msg status_msg detail details',
  'error error_description faultstring title reason raw',
)
/** Where they keep names for programs, and statuses. */
const names = fields('code type status reason error_code errorCode error_type errorType errorcode __type Code')
const statusNames = fields(
  'status status_code statusCode http_status http_status_code http_code httpStatus code error_code',
)
/** Fields that ask to wait: milliseconds per unit of theirs. */
const waitNames = new Map([
  ['retry_after', 1000],
  ['retryAfter', 1000],
  ['retry_after_seconds', 1000],
  ['resets_in_seconds', 1000],
  ['retry_after_ms', 1],
])

function fields(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(' '))
}

/** Reads a refusal from the body of a response, parsed or as text, or from an error inside an answer. */
export function readRefusal(payload: unknown, httpStatus?: number): Refusal {
  const refusal: Refusal = {
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
  read(payload, refusal, { texts: 0, objects: 0 })
  return refusal
}

/** A code in the form in which codes are compared: `RateLimitError` and `rate_limit_error` are one. */
export function codeOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

interface Depth {
  texts: number
  objects: number
}

function read(value: unknown, refusal: Refusal, depth: Depth): void {
  if (depth.objects > deepestObject) return
  const deeper = { ...depth, objects: depth.objects + 1 }
  if (typeof value === 'string') readText(value, refusal, depth)
  else if (Array.isArray(value)) for (const each of value.slice(0, longestList)) read(each, refusal, deeper)
  else if (isFields(value)) readObject(value, refusal, deeper)
}

function readText(text: string, refusal: Refusal, depth: Depth): void {
  if (text.trim() === '') return
  if (depth.texts >= deepestText) {
    refusal.sentences.push(text)
    return
  }
  const { labels, words, quoted, whole } = isMarkup(text) ? plain(text) : unwrapText(text)
  const known = refusal.sentences.length + refusal.codes.length
  if (quoted !== undefined) read(quoted, refusal, { ...depth, texts: depth.texts + 1 })
  for (const label of labels) addName(label, refusal)
  // What is quoted may be no error, but an example.
  const said = refusal.sentences.length + refusal.codes.length === known ? whole : words
  if (isCode(said)) addCode(said, refusal)
  if (said !== '') refusal.sentences.push(said)
}

function plain(text: string): UnwrappedText {
  return { labels: [], words: text, quoted: undefined, whole: text }
}

function readObject(fields: Record<string, unknown>, refusal: Refusal, depth: Depth): void {
  for (const name of wraps) {
    const value = fields[name]
    if (name === 'base_resp') readBaseResponse(value, refusal)
    if (typeof value === 'object' && value !== null) read(value, refusal, depth)
  }
  for (const said of sayingsIn(fields)) readText(said, refusal, depth)
  for (const name of names) addName(fields[name], refusal)
  for (const name of statusNames) addStatus(fields[name], refusal)
  readHints(fields, refusal)
}

function sayingsIn(fields: Record<string, unknown>): string[] {
  // Google's details are for programs.
  if (typeof fields['@type'] === 'string') return []
  const said = says.map((name) => fields[name]).filter((value) => typeof value === 'string')
  // pydantic says of which place in the request it speaks.
  const place = Array.isArray(fields.loc) ? fields.loc.slice(1).join('.') : ''
  return place === '' ? said : said.map((words) => `${place}: ${words}`)
}

/** MiniMax numbers its errors beside an answer; the numbers mean other things elsewhere. */
function readBaseResponse(value: unknown, refusal: Refusal): void {
  if (isFields(value) && value.status_code !== undefined) addCode(`base_resp_${value.status_code}`, refusal)
}

function readHints(fields: Record<string, unknown>, refusal: Refusal): void {
  for (const [name, ms] of waitNames) {
    const wait = Number(fields[name])
    if (fields[name] !== null && fields[name] !== '' && Number.isFinite(wait) && wait >= 0)
      refusal.waits.push(wait * ms)
  }
  // https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
  const delay = typeof fields.retryDelay === 'string' ? durationIn(fields.retryDelay) : null
  if (delay !== null) refusal.waits.push(delay)
  if (Array.isArray(fields.violations)) {
    for (const violation of fields.violations.slice(0, longestList)) {
      if (isFields(violation) && typeof violation.quotaId === 'string') refusal.quotaIds.push(violation.quotaId)
    }
  }
  if (isFields(fields.headers)) refusal.headers ??= headersOf(fields.headers)
  const { estimated_time: estimate } = fields
  if (typeof estimate === 'number' && estimate >= 0) refusal.loadingMs ??= estimate * 1000
}

function headersOf(fields: Record<string, unknown>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields)) {
    const sendable = /^[\w-]+$/.test(name) && /^[\x20-\x7e]{1,200}$/.test(String(value))
    if (sendable && (typeof value === 'string' || typeof value === 'number')) headers.set(name, String(value))
  }
  return headers
}

function addName(value: unknown, refusal: Refusal): void {
  if (statusOf(value) !== null) addStatus(value, refusal)
  else if (typeof value === 'string' || typeof value === 'number') addCode(String(value), refusal)
}

function addCode(name: string, { codes }: Refusal): void {
  for (const each of [name, ...name.split('.')]) {
    const code = codeOf(each.slice(0, 100))
    if (code !== '' && !codes.includes(code)) codes.push(code)
  }
}

function addStatus(value: unknown, { statuses }: Refusal): void {
  const status = statusOf(value)
  if (status !== null && !statuses.includes(status)) statuses.push(status)
}

function statusOf(value: unknown): number | null {
  const status = typeof value === 'string' ? Number(/^\d{3}(?!\d)/.exec(value)?.[0] ?? Number.NaN) : value
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : null
}

/** A text that is a name for programs, and no sentence. */
function isCode(text: string): boolean {
  return /^[\w.-]{3,100}$/.test(text)
}
