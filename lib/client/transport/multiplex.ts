import type { LogEvent } from '@/lib/protocol/events'
import { MAX_LOGS_AT_ONCE } from '@/lib/protocol/sse'
import { ApiError } from './api-calls'
import type { BrowserEnvironment } from './browser-environment'
import type { ChatClient } from './chat-client'
import { mayPass, readLogs } from './event-stream-reader'

/** What calls of the server are made with. */
export interface Transport {
  client: ChatClient
  environment: BrowserEnvironment
}

/** Hears what becomes of the logs that are read. */
export interface LogListener {
  onEvents(generationId: string, events: LogEvent[]): void
  onState(state: ConnectionState): void
  /** Called now and then while connections open but bring nothing of these. */
  onFruitless(generationIds: string[]): void
  /** The server refuses the log. */
  onLost(generationId: string): void
}

/** `connecting` before anything has been heard of it. */
export type ConnectionState = 'connecting' | 'open' | 'reconnecting'

export type Multiplex = ReturnType<typeof createMultiplex>

/** Reads any number of logs over one connection, which is made anew when one is added or must be read again. */
export function createMultiplex({ client, environment }: Transport, listener: LogListener) {
  const cursors = new Map<string, number>()
  let closing = new AbortController()
  let scheduled = false
  let state: ConnectionState = 'connecting'

  function enter(next: ConnectionState): void {
    state = next
    listener.onState(next)
  }

  /** What is added at once is asked for at once. Until then nothing more comes. */
  function reopen(): void {
    closing.abort()
    if (scheduled) return
    scheduled = true
    // A timer would be late in a hidden page.
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
    /** What the last request named, in its order; logs have ended since the first one. */
    let asked: string[] = []
    readLogs(
      {
        cursors: part,
        open(from, signal) {
          asked = [...from.keys()]
          return client.events(from, signal)
        },
        onEvents(generationId, events) {
          const last = events.at(-1)
          if (!cursors.has(generationId)) return
          if (last?.type === 'status') cursors.delete(generationId)
          else if (last) cursors.set(generationId, last.seq)
          listener.onEvents(generationId, events)
          // There is room for one that had none.
          if (last?.type === 'status' && cursors.size > part.size) reopen()
        },
        onState: enter,
        onFruitless: () => listener.onFruitless([...part.keys()]),
        again: mayPass,
      },
      environment,
      own.signal,
    ).then(
      () => own.signal.aborted || open(),
      (error) => refused(error, asked),
    )
  }

  /** One log of many that the server does not know is named by its place; of any other refusal all are part. */
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
    /** Reads these too, each after a `seq`. One that is read already is read again from there, if that is further back. */
    add(wanted: Iterable<readonly [string, number]>): void {
      let changed = false
      for (const [generationId, after] of wanted) {
        if (after >= (cursors.get(generationId) ?? Number.POSITIVE_INFINITY)) continue
        cursors.set(generationId, after)
        changed = true
      }
      if (changed) reopen()
    },
    /** Reads this one no more. */
    drop(generationId: string): void {
      if (cursors.delete(generationId)) reopen()
    },
    /** Which logs are read, or wait for their turn. */
    get generationIds(): string[] {
      return [...cursors.keys()]
    },
    /** Gives up the connection until `resume`. */
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
