import type { LogEvent } from '@/lib/protocol/events'
import { MAX_LOGS_AT_ONCE } from '@/lib/protocol/sse'
import { ApiError } from './api-calls'
import type { BrowserEnvironment } from './browser-environment'
import type { ChatClient } from './chat-client'
import { isTransient, readLogs } from './event-stream-reader'

/** What a connection is made with. */
export interface Transport {
  client: ChatClient
  environment: BrowserEnvironment
}

/** Receives what the logs that are read bring. */
export interface LogListener {
  onEvents(generationId: string, events: LogEvent[]): void
  onState(state: ConnectionState): void
  /** Called now and then while connections open but bring no events of these. */
  onFruitless(generationIds: string[]): void
  /** The server refuses the log. */
  onLost(generationId: string): void
}

/** `connecting` until the first connection opens or fails. */
export type ConnectionState = 'connecting' | 'open' | 'reconnecting'

export type Multiplex = ReturnType<typeof createMultiplex>

/** Reads any number of logs over one connection, which is reopened when a log is added or must be read again. */
export function createMultiplex({ client, environment }: Transport, listener: LogListener) {
  const cursors = new Map<string, number>()
  let closing = new AbortController()
  let scheduled = false
  let state: ConnectionState = 'connecting'

  function enter(next: ConnectionState): void {
    state = next
    listener.onState(next)
  }

  /** Logs added in the same task share one request. */
  function reopen(): void {
    closing.abort()
    if (scheduled) return
    scheduled = true
    // Browsers delay the timers of hidden pages.
    queueMicrotask(() => {
      if (scheduled) open()
      scheduled = false
    })
  }

  function open(): void {
    if (cursors.size === 0) return
    const own = new AbortController()
    closing = own
    const part = new Map([...cursors].slice(0, MAX_LOGS_AT_ONCE))
    /** The logs that the last request named, in its order. */
    let requested: string[] = []
    readLogs(
      {
        cursors: part,
        open(from, signal) {
          requested = [...from.keys()]
          return client.events(from, signal)
        },
        onEvents(generationId, events) {
          const last = events.at(-1)
          if (!cursors.has(generationId)) return
          if (last?.type === 'status') cursors.delete(generationId)
          else if (last) cursors.set(generationId, last.seq)
          listener.onEvents(generationId, events)
          // There is room for a log that didn't fit.
          if (last?.type === 'status' && cursors.size > part.size) reopen()
        },
        onState: enter,
        onFruitless: () => listener.onFruitless([...part.keys()]),
        shouldRetry: isTransient,
      },
      environment,
      own.signal,
    ).then(
      () => own.signal.aborted || open(),
      (error) => refused(error, requested),
    )
  }

  /** The server names a log that it doesn't know by its place; any other refusal is about all of them. */
  function refused(error: unknown, ids: string[]): void {
    const place = error instanceof ApiError ? /^from\.(\d+)$/.exec(error.problem.field ?? '')?.[1] : undefined
    const lost = ids.filter((_, index) => place === undefined || index === Number(place))
    for (const id of lost) if (cursors.delete(id)) listener.onLost(id)
    reopen()
  }

  return {
    get state(): ConnectionState {
      return state
    },
    /** Reads these too, each after a `seq`. A log that is being read starts again if its new cursor is further back. */
    add(wanted: Iterable<readonly [string, number]>): void {
      let changed = false
      for (const [generationId, after] of wanted) {
        if (after >= (cursors.get(generationId) ?? Number.POSITIVE_INFINITY)) continue
        cursors.set(generationId, after)
        changed = true
      }
      if (changed) reopen()
    },
    /** Stops reading a log. */
    drop(generationId: string): void {
      if (cursors.delete(generationId)) reopen()
    },
    /** The logs that are read, or wait for room in the request. */
    get generationIds(): string[] {
      return [...cursors.keys()]
    },
    /** Closes the connection until `resume`. */
    pause(): void {
      scheduled = false
      closing.abort()
      enter('connecting')
    },
    resume: reopen,
    close(): void {
      scheduled = false
      closing.abort()
      cursors.clear()
    },
  }
}
