import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder } from '@/lib/protocol/sse'
import { ApiError } from './client'
import type { Page } from './page'

/** The server comments every 15 s, so a connection that is quiet for this long is dead, whatever the browser believes. */
const silenceLimit = 40_000
const backoffBase = 250
const backoffCap = 5_000
/** After so many connections in a row that opened and brought nothing, this page and the server disagree. */
const patience = 4

/** A generation's log, as one reader follows it. */
export interface LogSource {
  /** The last `seq` that was seen. */
  cursor: number
  /** Asks for the log after a `seq`. */
  open(after: number, signal: AbortSignal): Promise<Response>
  /** Events that continue what came before, in order, each once. */
  onEvents(events: LogEvent[]): void
  onState(state: 'open' | 'reconnecting'): void
  /** Called now and then while connections open but bring nothing. */
  onFruitless?(): void
  /** Whether a failed connection, the n-th in a row, is worth another. */
  again(error: unknown, failures: number): boolean
}

/**
 * Follows a log to its `status` event over as many connections as that takes, each from the last event seen.
 * Settles when the log has ended or the signal aborts.
 * @throws what the last connection failed with, when it is not worth another.
 */
export async function readLog(source: LogSource, page: Page, signal: AbortSignal): Promise<void> {
  let cursor = source.cursor
  let failures = 0
  let fruitless = 0
  let ended = false
  while (!signal.aborted) {
    try {
      const opened = () => {
        fruitless += 1
        source.onState('open')
      }
      const open = (either: AbortSignal) => source.open(cursor, either)
      for await (const events of connection(open, opened, page, signal)) {
        const next = continuing(events, cursor)
        const last = next.at(-1)
        if (last) {
          cursor = last.seq
          failures = fruitless = 0
          source.onEvents(next)
          ended = last.type === 'status'
        }
        if (events.some((event) => event.seq > cursor)) throw new Error('The log has a gap.')
      }
      // The server closes after the end; a connection that may close by itself can be used again.
      if (ended) return
      throw new Error('The connection ended before the log did.')
    } catch (error) {
      if (ended || signal.aborted) return
      failures += 1
      if (!source.again(error, failures)) throw error
    }
    source.onState('reconnecting')
    if (fruitless >= patience) {
      fruitless = 0
      source.onFruitless?.()
    }
    await pause(page.random() * Math.min(backoffCap, backoffBase * 2 ** (failures - 1)), page, signal)
  }
}

/** Whether the same request may succeed later: it was not refused, or only for now. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true
  return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500
}

/**
 * The events that go on from a cursor without a gap. A `status` behind the cursor counts too: after a crash the server
 * may have saved a little less than this reader saw, and then tells the end again.
 */
export function continuing(events: LogEvent[], cursor: number): LogEvent[] {
  const next: LogEvent[] = []
  for (const event of events) {
    const last = next.at(-1)?.seq ?? cursor
    if (event.seq === last + 1 || (event.type === 'status' && event.seq <= last)) next.push(event)
  }
  return next
}

/** One connection: gives the events that each read made whole, and closes when its consumer leaves. */
async function* connection(
  open: (signal: AbortSignal) => Promise<Response>,
  opened: () => void,
  page: Page,
  signal: AbortSignal,
): AsyncGenerator<LogEvent[]> {
  const closing = new AbortController()
  const close = () => closing.abort()
  let silence = page.timer(silenceLimit, close)
  try {
    const response = await open(AbortSignal.any([signal, closing.signal]))
    opened()
    if (!response.body) return
    const reader = response.body.getReader()
    const decoder = createEventDecoder()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      silence()
      silence = page.timer(silenceLimit, close)
      yield decoder.feed(value)
    }
  } finally {
    silence()
    close()
  }
}

/** Waits, but no longer than until the page is back on line or in sight. */
function pause(milliseconds: number, page: Page, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      for (const end of ends) end()
      signal.removeEventListener('abort', over)
      resolve()
    }
    const ends = [
      page.timer(milliseconds, over),
      page.on('connection', () => page.online() && over()),
      page.on('visibility', () => page.hidden() || over()),
    ]
    signal.addEventListener('abort', over)
  })
}
