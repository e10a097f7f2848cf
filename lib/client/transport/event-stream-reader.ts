import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder, createNamedEventDecoder, type Decoder, type NamedEvent } from '@/lib/protocol/sse'
import { ApiError } from './api-calls'
import type { BrowserEnvironment } from './browser-environment'

/** The server comments every 15 s, so a connection that is quiet for this long is dead, whatever the browser believes. */
const silenceLimit = 40_000
/** A connection that was quiet for so long, a heartbeat and a little more, is made anew when the page comes into sight. */
const doubtful = 20_000
/** Why a connection was given up that may have been well. */
const stale = new DOMException('The page is back.', 'AbortError')
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

/** Several logs, as one reader follows them over one connection. */
export interface LogsSource extends Pick<LogSource, 'onState' | 'onFruitless' | 'again'> {
  /** The last `seq` that was seen of each. It moves with what comes; a log that has ended leaves it. */
  cursors: Map<string, number>
  open(cursors: Map<string, number>, signal: AbortSignal): Promise<Response>
  /** Events that continue what came before of one log, in order, each once. */
  onEvents(generationId: string, events: LogEvent[]): void
}

/**
 * Follows a log to its `status` event over as many connections as that takes, each from the last event seen.
 * Settles when the log has ended or the signal aborts.
 * @throws what the last connection failed with, when it is not worth another.
 */
export async function readLog(source: LogSource, environment: BrowserEnvironment, signal: AbortSignal): Promise<void> {
  let { cursor } = source
  const follow = (events: LogEvent[]) => {
    const next = follows(events, cursor)
    const last = next.at(-1)
    if (!last) return 'nothing new'
    cursor = last.seq
    source.onEvents(next)
    return last.type === 'status' ? 'ended' : 'new'
  }
  const open = (either: AbortSignal) => source.open(cursor, either)
  await read({ ...source, open, decoder: createEventDecoder, take: follow }, environment, signal)
}

/** Follows several logs to their ends as `readLog` does one. */
export async function readLogs(
  source: LogsSource,
  environment: BrowserEnvironment,
  signal: AbortSignal,
): Promise<void> {
  const { cursors } = source
  const follow = (events: NamedEvent[]) => {
    let anything = false
    for (const [generationId, own] of byLog(events)) {
      const cursor = cursors.get(generationId)
      if (cursor === undefined) continue
      const next = follows(own, cursor)
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
  await read({ ...source, open, decoder: createNamedEventDecoder, take: follow }, environment, signal)
}

/** What a reader makes of its connections, however many logs they carry. */
interface Reading<E> extends Pick<LogSource, 'onState' | 'onFruitless' | 'again'> {
  open(signal: AbortSignal): Promise<Response>
  decoder(): Decoder<E>
  /** Takes what one read gave. @throws {Error} when something before it is missing. */
  take(events: E[]): 'new' | 'nothing new' | 'ended'
}

async function read<E>(reading: Reading<E>, environment: BrowserEnvironment, signal: AbortSignal): Promise<void> {
  let failures = 0
  let fruitless = 0
  let ended = false
  while (!signal.aborted) {
    let asked = 0
    try {
      const opened = () => {
        fruitless += 1
        reading.onState('open')
      }
      for await (const events of connection(reading, opened, environment, signal)) {
        if (signal.aborted) return
        const taken = reading.take(events)
        if (taken !== 'nothing new') failures = fruitless = 0
        ended = taken === 'ended'
      }
      // The server closes after the end; a connection that may close by itself can be used again.
      if (ended) return
      throw new Error('The connection ended before the log did.')
    } catch (error) {
      if (ended || signal.aborted) return
      if (error === stale) {
        reading.onState('reconnecting')
        continue
      }
      failures += 1
      if (!reading.again(error, failures)) throw error
      if (error instanceof ApiError) asked = error.retryAfterMs
    }
    reading.onState('reconnecting')
    if (fruitless >= patience) {
      fruitless = 0
      reading.onFruitless?.()
    }
    await pause(
      environment.random() * Math.min(backoffCap, backoffBase * 2 ** (failures - 1)),
      asked,
      environment,
      signal,
    )
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

/** As `continuing`. @throws {Error} when events are missing before what has come. */
function follows(events: LogEvent[], cursor: number): LogEvent[] {
  const next = continuing(events, cursor)
  const reached = next.at(-1)?.seq ?? cursor
  if (events.some((event) => event.seq > reached)) throw new Error('The log has a gap.')
  return next
}

/** One connection: gives the events that each read made whole, and closes when its consumer leaves. */
async function* connection<E>(
  { open, decoder }: Reading<E>,
  opened: () => void,
  environment: BrowserEnvironment,
  signal: AbortSignal,
): AsyncGenerator<E[]> {
  const closing = new AbortController()
  const close = () => closing.abort()
  let heardAt = environment.now()
  let silence = environment.timer(silenceLimit, close)
  // What the network or a sleeping machine did to the connection, nobody tells. Asking again does no harm.
  const ends = [
    environment.on('connection', () => environment.online() && closing.abort(stale)),
    environment.on(
      'visibility',
      () => environment.hidden() || environment.now() - heardAt < doubtful || closing.abort(stale),
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
      silence()
      heardAt = environment.now()
      silence = environment.timer(silenceLimit, close)
      yield feed(value)
    }
  } finally {
    for (const end of ends) end()
    silence()
    close()
  }
}

/** Waits as long as the server asks and a while more. Where it does not ask, no longer than until the page is back on line or in sight. */
function pause(
  milliseconds: number,
  asked: number,
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
      environment.timer(asked + milliseconds, over),
      environment.on('connection', () => asked > 0 || !environment.online() || over()),
      environment.on('visibility', () => asked > 0 || environment.hidden() || over()),
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
