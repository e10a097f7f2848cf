import 'server-only'

const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
const duration = /^(?:(?<h>[\d.]+)h)?(?:(?<m>[\d.]+)m(?!s))?(?:(?<s>[\d.]+)s)?(?:(?<ms>[\d.]+)ms)?$/
const resetName = /^x-ratelimit-reset(?<what>-.+)?$/

/**
 * How long a refusal's headers ask to wait, in milliseconds from `now`; null when they do not say.
 * The most exact one counts: `retry-after-ms` (OpenAI, Azure), `Retry-After` (RFC 9110, 10.2.3: seconds or a date), then
 * `x-ratelimit-reset-*` (OpenAI: durations such as `6m0s`; others: seconds or epoch time) of every limit that is used up.
 */
export function askedWait(headers: Headers, now: number): number | null {
  return (
    numberIn(headers.get('retry-after-ms')) ?? retryAfter(headers.get('retry-after'), now) ?? longestReset(headers, now)
  )
}

function retryAfter(value: string | null, now: number): number | null {
  const seconds = numberIn(value)
  if (seconds !== null) return seconds * 1000
  // Date.parse reads a lot that is no date, such as "-5"; every HTTP date begins with the name of a day.
  const date = value !== null && /^[a-z]{3}/i.test(value.trim()) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function longestReset(headers: Headers, now: number): number | null {
  let longest: number | null = null
  for (const [name, value] of headers) {
    const reset = resetName.exec(name)
    // Of several limits, the ones with something left are not what refused the request.
    if (reset === null || (numberIn(headers.get(`x-ratelimit-remaining${reset.groups?.what ?? ''}`)) ?? 0) > 0) continue
    const wait = resetWait(value.trim(), now)
    if (wait !== null) longest = Math.max(longest ?? 0, wait)
  }
  return longest
}

function resetWait(value: string, now: number): number | null {
  const number = numberIn(value)
  if (number === null) return durationIn(value)
  if (number > 1e12) return Math.max(0, number - now)
  return number > 1e9 ? Math.max(0, number * 1000 - now) : number * 1000
}

function durationIn(value: string): number | null {
  const groups = value === '' ? undefined : duration.exec(value)?.groups
  if (groups === undefined) return null
  let sum = 0
  for (const [unit, ms] of Object.entries(units)) sum += Number(groups[unit] ?? 0) * ms
  return Number.isNaN(sum) ? null : sum
}

function numberIn(value: string | null): number | null {
  return value !== null && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : null
}
