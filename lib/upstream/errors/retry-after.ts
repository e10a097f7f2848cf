import 'server-only'

/** What an error body says about waiting: fields in milliseconds, headers that a gateway quotes, sentences. */
interface WaitHints {
  waits: number[]
  headers: Headers | null
  sentences: string[]
}

const unitMs: [RegExp, number][] = [
  [/^(?:ms|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hrs?|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
]
const amount = String.raw`\d+(?:\.\d+)?\s?(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)`
const wholeDuration = new RegExp(String.raw`^(?:${amount}\s?){1,5}$`, 'i')
/** “Please try again in 7.66s”, “Retry after 6 seconds”, “will reset after 18h31m10s”, “wait for 20 seconds”. */
const waitInSentence = new RegExp(
  String.raw`\b(?:(?:again|retry|retrying|resets?|available)\s(?:in|after)|wait(?:\sfor)?(?:\sanother)?)\s(?:about\s|approximately\s)?((?:${amount}(?:\s|,\s)?(?:and\s)?){1,5})(?!\w|\.\d)`,
  'i',
)
const resetName = /^(?:x-)?ratelimit-reset(?<what>-.+)?$/

/**
 * How long an error's headers ask to wait, in milliseconds from `now`; null when they don't say.
 * The most precise one counts: `retry-after-ms` (OpenAI, Azure), `Retry-After` (RFC 9110, 10.2.3: seconds or a date), then
 * `x-ratelimit-reset-*` (OpenAI: durations such as `6m0s`; others: seconds or epoch time) of the limits that are used up.
 */
export function waitInHeaders(headers: Headers, now: number): number | null {
  return (
    numberIn(headers.get('retry-after-ms')) ?? retryAfter(headers.get('retry-after'), now) ?? longestReset(headers, now)
  )
}

/** How long an error's body asks to wait: in a field, in quoted headers, or in a sentence. */
export function waitInBody({ waits, headers, sentences }: WaitHints, now: number): number | null {
  if (waits.length > 0) return Math.max(...waits)
  const quoted = headers && waitInHeaders(headers, now)
  if (quoted !== null) return quoted
  for (const sentence of sentences) {
    const wait = waitInSentence.exec(sentence.slice(0, 2000))?.[1]
    if (wait !== undefined) return durationIn(wait.replace(/(?:,|\band\b|\s)+/g, ' ').trim())
  }
  return null
}

function retryAfter(value: string | null, now: number): number | null {
  const seconds = numberIn(value)
  if (seconds !== null) return seconds * 1000
  // Date.parse accepts non-dates such as "-5"; every HTTP date starts with the name of a day.
  const date = value !== null && /^[a-z]{3}/i.test(value.trim()) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function longestReset(headers: Headers, now: number): number | null {
  const resets = [...headers].flatMap(([name, value]) => {
    const reset = resetName.exec(name)
    const wait = reset ? resetWait(value.trim(), now) : null
    if (reset === null || wait === null) return []
    const what = reset.groups?.what ?? ''
    const left = numberIn(headers.get(`x-ratelimit-remaining${what}`) ?? headers.get(`ratelimit-remaining${what}`))
    return [{ wait, left }]
  })
  // Only limits that are used up can have rejected the request.
  const usedUp = resets.filter(({ left }) => left === 0)
  const possible = usedUp.length > 0 ? usedUp : resets.filter(({ left }) => left === null)
  return possible.length > 0 ? Math.max(...possible.map(({ wait }) => wait)) : null
}

function resetWait(value: string, now: number): number | null {
  const number = numberIn(value)
  if (number === null) return durationIn(value) ?? dateWait(value, now)
  if (number > 1e12) return Math.max(0, number - now)
  return number > 1e9 ? Math.max(0, number * 1000 - now) : number * 1000
}

function dateWait(value: string, now: number): number | null {
  const date = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** Parses a duration such as `1h2m3.5s`, `20ms` or `6 minutes` to milliseconds; null when it isn't one. */
export function durationIn(value: string): number | null {
  if (!wholeDuration.test(value)) return null
  let sum = 0
  for (const [, number, unit = ''] of value.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s?([a-z]+)/g)) {
    sum += Number(number) * (unitMs.find(([pattern]) => pattern.test(unit))?.[1] ?? 0)
  }
  return sum
}

function numberIn(value: string | null): number | null {
  return value !== null && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : null
}
