import type { LogEvent, StartData } from '@/lib/protocol/events'
import { type LogSource, readLog } from '../transport/event-stream-reader'
import type { ConnectionState, LogListener } from '../transport/multiplex'
import type { SharedLogs } from '../transport/tabs'
import type { Commits } from './commit'
import type { Core } from './core'
import { messageOf } from './selectors'
import type { RunningGeneration } from './types'

/** A cursor past every log: a reader from here receives the terminal event alone. */
const onlyTheEnd = 999_999_999_999
/** When the code of the shared connection could not be fetched, the next try comes after this. */
const loadRetryMs = 2_000

/** A turn that was sent from this page and is read from the response to the send. */
interface Sent {
  /** Null until the log starts. */
  generationId: string | null
  closing: AbortController
  /** Whether the browser has a connection for it. */
  hasConnection: boolean
}

/** How a turn is sent. */
interface TurnSource extends Pick<LogSource, 'open' | 'shouldRetry'> {
  onStart(start: StartData): void
}

export type Streams = ReturnType<typeof createStreams>

/**
 * Decides which log is read over which connection. A turn on screen is read from the response to its send, which is
 * fastest. All other running generations share one connection with the other tabs (tabs.ts); of those in conversations
 * that are not loaded, only the end is read. `reload` is called for a conversation whose log can no longer be read.
 */
export function createStreams(core: Core, commits: Commits, reload: (id: string) => void) {
  const { get, set, environment } = core
  const sent = new Set<Sent>()
  /** Logs read over the shared connection, with the cursor that each began at. */
  const followed = new Map<string, number>()
  /** Logs that were read to their end or refused, until the state no longer lists them as running. */
  const done = new Set<string>()
  /** From `connect` until the page is gone. */
  let lifetime: AbortController | null = null
  let shared: SharedLogs | null = null
  let opening: Promise<SharedLogs | null> | null = null

  const sentOf = (generationId: string) => [...sent].find((each) => each.generationId === generationId)
  const listener: LogListener = {
    onEvents(generationId, events) {
      if (!followed.has(generationId)) return
      if (events.at(-1)?.type === 'status') finish(generationId)
      commits.push(generationId, events)
    },
    onState: (state) => mark([...followed.keys()], state),
    onFruitless: (generationIds) => generationIds.forEach(reloadOf),
    onLost(generationId) {
      finish(generationId)
      reloadOf(generationId)
    },
  }

  /** Opens and closes connections so that they match the state. */
  function arrange(): void {
    const { running, summaries } = get()
    const listed = summaries.flatMap((each) => each.running)
    for (const id of done) if (!running[id] && !listed.includes(id)) done.delete(id)
    for (const each of sent) handOver(each)
    const wanted = new Map(listed.map((id) => [id, onlyTheEnd]))
    for (const each of Object.values(running)) wanted.set(each.id, cursorOf(each))
    for (const id of followed.keys()) if (!wanted.has(id)) unfollow(id)
    const missing = [...wanted].filter(([id, after]) => !done.has(id) && !sentOf(id) && needs(id, after))
    if (!lifetime || missing.length === 0) return
    if (!shared) return void openShared()
    for (const [id, after] of missing) followed.set(id, after)
    shared.follow(new Map(missing))
  }

  /** Opens the shared connection. Its code is fetched with the first log. Null when that failed or the page is gone. */
  function openShared(): Promise<SharedLogs | null> {
    opening ??= loadShared(lifetime?.signal ?? AbortSignal.abort())
    return opening
  }

  async function loadShared(gone: AbortSignal): Promise<SharedLogs | null> {
    try {
      const { shareLogs } = await import('../transport/tabs')
      if (gone.aborted) return null
      shared = shareLogs(core, listener)
      arrange()
      return shared
    } catch {
      if (gone.aborted) return null
      environment.timer(loadRetryMs, () => {
        opening = null
        arrange()
      })
      return null
    }
  }

  /** A log that is read already needs nothing, unless its conversation was loaded and only its end is read. */
  function needs(generationId: string, after: number): boolean {
    const known = followed.get(generationId)
    return known === undefined || (known === onlyTheEnd && after !== onlyTheEnd)
  }

  function cursorOf({ messageId }: RunningGeneration): number {
    return messageOf(get(), messageId)?.generation?.cursor ?? 0
  }

  /** Stops following a log, unless it is followed again from another cursor in the same task. */
  function unfollow(generationId: string): void {
    if (followed.delete(generationId)) queueMicrotask(() => followed.has(generationId) || shared?.drop(generationId))
  }

  function finish(generationId: string): void {
    done.add(generationId)
    unfollow(generationId)
  }

  /** Moves a started turn that is not on screen, or has no connection of its own, to the shared connection. */
  function handOver({ generationId, closing, hasConnection }: Sent): void {
    const generation = get().running[generationId ?? '']
    const onScreen = generation?.conversationId === get().shown && !environment.hidden()
    if (shared && generation && !(onScreen && hasConnection)) closing.abort()
  }

  /** Reserves one of the browser's connections for a turn that is already on its way. */
  async function reserveConnection(turn: Sent): Promise<void> {
    const connections = lifetime && (await openShared())
    const release = await connections?.reserveConnection()
    turn.hasConnection = Boolean(release)
    if (turn.closing.signal.aborted) release?.()
    else if (release) turn.closing.signal.addEventListener('abort', release)
    arrange()
  }

  async function read(turn: Sent, source: TurnSource): Promise<void> {
    const log: LogSource = {
      ...source,
      cursor: 0,
      onEvents(events: LogEvent[]) {
        const [first] = events
        if (first?.type === 'start') {
          turn.generationId = first.data.generationId
          source.onStart(first.data)
        }
        if (!turn.generationId) return
        if (events.at(-1)?.type === 'status') done.add(turn.generationId)
        commits.push(turn.generationId, events)
      },
      onState: (state) => mark([turn.generationId ?? ''], state),
    }
    try {
      await readLog(log, environment, turn.closing.signal)
    } catch (error) {
      // After the start, the shared connection continues the log.
      if (!turn.generationId) throw error
      mark([turn.generationId], 'reconnecting')
    } finally {
      sent.delete(turn)
      turn.closing.abort()
    }
  }

  function reloadOf(generationId: string): void {
    const running = get().running[generationId]
    if (running) reload(running.conversationId)
  }

  function mark(generationIds: string[], reader: ConnectionState): void {
    const known = generationIds.flatMap((id) => get().running[id] ?? []).filter((each) => each.reader !== reader)
    if (known.length === 0) return
    const changed = Object.fromEntries(known.map((each) => [each.id, { ...each, reader }]))
    set(({ running }) => ({ running: { ...running, ...changed } }))
  }

  return {
    arrange,
    /** Starts reading. Returns a function that ends all of it. */
    connect(): () => void {
      const connected = new AbortController()
      lifetime = connected
      arrange()
      const end = environment.on('visibility', arrange)
      return () => {
        connected.abort()
        lifetime = opening = null
        end()
        for (const { generationId, closing } of sent) if (get().running[generationId ?? '']) closing.abort()
        mark([...followed.keys()], 'connecting')
        followed.clear()
        shared?.close()
        shared = null
      }
    },
    /**
     * Sends a turn and reads its log. Resolves to true once it has started, to false if it was closed before.
     * @throws the error of the last connection, when it never started.
     */
    start(source: TurnSource, closing: AbortController): Promise<boolean> {
      const turn: Sent = { generationId: null, closing, hasConnection: true }
      sent.add(turn)
      void reserveConnection(turn)
      return new Promise((resolve, reject) => {
        const onStart = (start: StartData) => {
          source.onStart(start)
          resolve(true)
        }
        read(turn, { ...source, onStart })
          .then(() => resolve(false), reject)
          .finally(arrange)
      })
    },
    /** Whether a log is being read, so that the page's copy is ahead of any fetched one. */
    reading: (generationId: string): boolean => isRead(generationId) && get().running[generationId]?.reader === 'open',
    has: isRead,
    /** Whether the page will receive the end of a log. */
    receivesEnd: (generationId: string): boolean => isRead(generationId) || followed.has(generationId),
    /** Stops reading some generations; `arrange` starts again from the state's cursor. */
    park(where: (generation: RunningGeneration) => boolean): void {
      for (const generation of Object.values(get().running)) if (where(generation)) unfollow(generation.id)
    },
  }

  function isRead(generationId: string): boolean {
    return sentOf(generationId) !== undefined || (followed.get(generationId) ?? onlyTheEnd) !== onlyTheEnd
  }
}
