const DAY_MS = 86_400_000
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/

/** The day of a moment in a time zone, counted from 1970-01-01. An unknown zone is UTC. */
export function dayOf(epochMs: number, timeZone: string): number {
  const parts = Object.fromEntries(
    calendar(timeZone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  return Date.UTC(parts.year ?? 1970, (parts.month ?? 1) - 1, parts.day ?? 1) / DAY_MS
}

/** A day as `2026-03-09`. */
export function isoOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** The day of a text like `2026-03-09`; null for anything else. */
export function dayOfIso(text: string): number | null {
  const at = ISO_DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // `Date.parse` reads `2026-02-30` as a day in March.
  return Number.isNaN(at) || isoOfDay(at / DAY_MS) !== text ? null : at / DAY_MS
}

/** More than there are time zones. Zones have several spellings, so the cache needs a limit. */
const MAX_CALENDARS = 600
const calendars = new Map<string, Intl.DateTimeFormat>()

function calendar(timeZone: string): Intl.DateTimeFormat {
  const kept = calendars.get(timeZone)
  if (kept) return kept
  const made = calendarIn(timeZone)
  if (calendars.size >= MAX_CALENDARS) calendars.clear()
  calendars.set(timeZone, made)
  return made
}

function calendarIn(timeZone: string): Intl.DateTimeFormat {
  const numbers = { year: 'numeric', month: 'numeric', day: 'numeric', calendar: 'gregory' } as const
  try {
    return new Intl.DateTimeFormat('en', { ...numbers, timeZone })
  } catch (error) {
    if (error instanceof RangeError) return new Intl.DateTimeFormat('en', { ...numbers, timeZone: 'UTC' })
    throw error
  }
}

/** Whether a text names a time zone. */
export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}
