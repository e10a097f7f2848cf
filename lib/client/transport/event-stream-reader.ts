import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder, createNamedEventDecoder, type Decoder, type NamedEvent } from '@/lib/protocol/sse'
import { ApiError } from './api-calls'
import type { BrowserEnvironment } from './browser-environment'

/** The server sends a heartbeat every 15 s, so a connection that is silent for so long is dead. */
const silenceTimeoutMs = 40_000
/** A connection that was silent for longer than a heartbeat is reopened when the page becomes visible. */
const staleAfterMs = 20_000
/** The reason for closing a connection that may have been fine. */
const stale = new DOMException('The page is back.', 'AbortError')
const backoffBaseMs = 250
const backoffMaxMs = 5_000
/** After so many connections in a row that opened and brought no events, the page and the server disagree. */
const MAX_FRUITLESS = 4

/** A generation's log, as a reader follows it. */
export interface LogSource {
  /** The last `seq` that was received. */
  cursor: number
  /** Requests the log after a `seq`. */
  open(after: number, signal: AbortSignal): Promise<Response>
  /** Receives each event once, in order, without gaps. */
  onEvents(events: LogEvent[]): void
  onState(state: 'open' | 'reconnecting'): void
  /** Called now and then while connections open but bring no events. */
  onFruitless?(): void
  /** Whether to reconnect after the n-th failure in a row. */
  shouldRetry(error: unknown, failures: number): boolean
}

/** Several logs, as a reader follows them over one connection. */
export interface LogsSource extends Pick<LogSource, 'onState' | 'onFruitless' | 'shouldRetry'> {
  /** The last `seq` received of each log. Updated with each event; a log that ends is removed. */
  cursors: Map<string, number>
  open(cursors: Map<string, number>, signal: AbortSignal): Promise<Response>
  /** Receives each event of a log once, in order, without gaps. */
  onEvents(generationId: string, events: LogEvent[]): void
}

/**
 * Follows a log to its `status` event over as many connections as that takes, each from the last event received.
 * Settles when the log has ended or the signal aborts.
 * @throws the error of the last connection, when `shouldRetry` refuses another.
 */
export async function readLog(source: LogSource, environment: BrowserEnvironment, signal: AbortSignal): Promise<void> {
  let { cursor } = source
  const receive = (events: LogEvent[]) => {
    const next = checkedEvents(events, cursor)
    const last = next.at(-1)
    if (!last) return 'nothing new'
    cursor = last.seq
    source.onEvents(next)
    return last.type === 'status' ? 'ended' : 'new'
  }
  const open = (either: AbortSignal) => source.open(cursor, either)
  await read({ ...source, open, decoder: createEventDecoder, receive }, environment, signal)
}

/** Follows several logs to their ends, as `readLog` does one. */
export async function readLogs(
  source: LogsSource,
  environment: BrowserEnvironment,
  signal: AbortSignal,
): Promise<void> {
  const { cursors } = source
  const receive = (events: NamedEvent[]) => {
    let anything = false
    for (const [generationId, own] of byLog(events)) {
      const cursor = cursors.get(generationId)
      if (cursor === undefined) continue
      const next = checkedEvents(own, cursor)
      const last = next.at(-1)
      if (!last) continue
      anything = true
      if (last.type === 'status') cursors.delete(generationId)
      else cursors.set(generationId, last.seq)
      source.onEvents(generationId, next)
    }
    if (cursors.size === 0) return 'ended'
    return anything ? 'new' : 'nothing new'
  }
  const open = (either: AbortSignal) => source.open(cursors, either)
  await read({ ...source, open, decoder: createNamedEventDecoder, receive }, environment, signal)
}

/** How a reader uses its connections, however many logs they carry. */
interface Reading<E> extends Pick<LogSource, 'onState' | 'onFruitless' | 'shouldRetry'> {
  open(signal: AbortSignal): Promise<Response>
  decoder(): Decoder<E>
  /** Handles the events of one read. @throws {Error} when earlier events are missing. */
  receive(events: E[]): 'new' | 'nothing new' | 'ended'
}

async function read<E>(reading: Reading<E>, environment: BrowserEnvironment, signal: AbortSignal): Promise<void> {
  let failures = 0
  let fruitless = 0
  let ended = false
  while (!signal.aborted) {
    let retryAfterMs = 0
    try {
      const opened = () => {
        fruitless += 1
        reading.onState('open')
      }
      for await (const events of connection(reading, opened, environment, signal)) {
        if (signal.aborted) return
        const outcome = reading.receive(events)
        if (outcome !== 'nothing new') failures = fruitless = 0
        ended = outcome === 'ended'
      }
      // Let the server close the connection: the browser can then reuse it.
      if (ended) return
      throw new Error('The connection ended before the log did.')
    } catch (error) {
      if (ended || signal.aborted) return
      if (error === stale) {
        reading.onState('reconnecting')
        continue
      }
      failures += 1
      if (!reading.shouldRetry(error, failures)) throw error
      if (error instanceof ApiError) retryAfterMs = error.retryAfterMs
    }
    reading.onState('reconnecting')
    if (fruitless >= MAX_FRUITLESS) {
      fruitless = 0
      reading.onFruitless?.()
    }
    await pause(
      environment.random() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** (failures - 1)),
      retryAfterMs,
      environment,
      signal,
    )
  }
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true
  return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500
}

/**
 * The events that follow a cursor without a gap. A `status` behind the cursor counts too: a server that crashed may have
 * saved less than this reader received, and then sends the end again.
 */
export function contiguousEvents(events: LogEvent[], cursor: number): LogEvent[] {
  const next: LogEvent[] = []
  for (const event of events) {
    const last = next.at(-1)?.seq ?? cursor
    if (event.seq === last + 1 || (event.type === 'status' && event.seq <= last)) next.push(event)
  }
  return next
}

/** As `contiguousEvents`. @throws {Error} when there is a gap. */
function checkedEvents(events: LogEvent[], cursor: number): LogEvent[] {
  const next = contiguousEvents(events, cursor)
  const reached = next.at(-1)?.seq ?? cursor
  if (events.some((event) => event.seq > reached)) throw new Error('The log has a gap.')
  return next
}

/** One connection: yields the events that each read completes, and closes when its consumer stops. */
async function* connection<E>(
  { open, decoder }: Reading<E>,
  opened: () => void,
  environment: BrowserEnvironment,
  signal: AbortSignal,
): AsyncGenerator<E[]> {
  const closing = new AbortController()
  const close = () => closing.abort()
  let receivedAt = environment.now()
  let cancelSilence = environment.timer(silenceTimeoutMs, close)
  // No event tells that a network change or a suspended machine broke the connection, and reopening is harmless.
  const ends = [
    environment.on('connection', () => environment.online() && closing.abort(stale)),
    environment.on(
      'visibility',
      () => environment.hidden() || environment.now() - receivedAt < staleAfterMs || closing.abort(stale),
    ),
  ]
  try {
    const response = await open(AbortSignal.any([signal, closing.signal]))
    opened()
    if (!response.body) return
    const reader = response.body.getReader()
    const { feed } = decoder()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      cancelSilence()
      receivedAt = environment.now()
      cancelSilence = environment.timer(silenceTimeoutMs, close)
      yield feed(value)
    }
  } finally {
    for (const end of ends) end()
    cancelSilence()
    close()
  }
}

/** Waits for the server's `Retry-After` and the backoff. Without the former, being online or visible again ends the wait. */
function pause(
  backoffMs: number,
  retryAfterMs: number,
  environment: BrowserEnvironment,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      for (const end of ends) end()
      signal.removeEventListener('abort', over)
      resolve()
    }
    const ends = [
      environment.timer(retryAfterMs + backoffMs, over),
      environment.on('connection', () => retryAfterMs > 0 || !environment.online() || over()),
      environment.on('visibility', () => retryAfterMs > 0 || environment.hidden() || over()),
    ]
    signal.addEventListener('abort', over)
  })
}

function byLog(events: NamedEvent[]): Map<string, LogEvent[]> {
  const logs = new Map<string, LogEvent[]>()
  for (const { generationId, event } of events) {
    const own = logs.get(generationId)
    if (own) own.push(event)
    else logs.set(generationId, [event])
  }
  return logs
}
