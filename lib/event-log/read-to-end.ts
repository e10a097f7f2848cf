import 'server-only'
import type { LogEvent } from '@/lib/protocol/events'
import type { LogReader } from './event-log'

/** A log that every generation can be read from. */
interface ReadableLog {
  read(generationId: string, after: number, wake: () => void): Promise<LogReader>
}

/** Reads a log to its end, and gives all its events; null when `signal` aborts first. */
export async function readToEnd(
  log: ReadableLog,
  generationId: string,
  signal: AbortSignal,
): Promise<LogEvent[] | null> {
  let wake = () => {}
  const reader = await log.read(generationId, 0, () => wake())
  const events: LogEvent[] = []
  const end = aborted(signal)
  try {
    while (!signal.aborted) {
      const more = new Promise<void>((resolve) => {
        wake = resolve
      })
      for (let next = reader.next(); next; next = reader.next()) events.push(next.event)
      if (reader.done) return events
      await Promise.race([more, end])
    }
    return null
  } finally {
    reader.close()
  }
}

/** Settles when a signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
