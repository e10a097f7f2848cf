import 'server-only'
import { oncePerProcess } from '@/lib/process'

/** The day of a moment in a time zone, as 2026-11-21. */
export function dayIn(timeZone: string, at: number): string {
  return formatOf(timeZone).format(at)
}

/** Whether a text names a time zone. */
export function isTimeZone(text: string): boolean {
  try {
    return formatOf(text) !== undefined
  } catch {
    return false
  }
}

/** Making one takes longer than all that is done with it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = oncePerProcess('day formats', () => new Map<string, Intl.DateTimeFormat>())
  // Sweden writes its dates as ISO 8601 does.
  const format = known.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  if (known.size < 1000) known.set(timeZone, format)
  return format
}
