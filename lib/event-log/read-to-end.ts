import 'server-only'
import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder } from '@/lib/protocol/sse'
import type { LogReader } from './event-log'

/** The part of an event log that is needed to follow one that this process may not write. */
interface ReadableLog {
  read(generationId: string, after: number, wake: () => void): Promise<LogReader>
}

/** Follows a log to its end, and gives all its events; null when `signal` aborts before. */
export async function readToEnd(
  log: ReadableLog,
  generationId: string,
  signal: AbortSignal,
): Promise<LogEvent[] | null> {
  let wake = () => {}
  const reader = await log.read(generationId, 0, () => wake())
  const decoder = createEventDecoder()
  const events: LogEvent[] = []
  const end = aborted(signal)
  try {
    while (!signal.aborted) {
      const more = new Promise<void>((resolve) => {
        wake = resolve
      })
      const { pieces, done } = reader.take()
      for (const piece of pieces) events.push(...decoder.feed(piece))
      if (done) return events
      if (pieces.length === 0) await Promise.race([more, end])
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
