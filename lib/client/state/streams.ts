import type { LogEvent, StartData } from '@/lib/protocol/events'
import { type LogSource, readLog } from '../transport/event-stream-reader'
import type { ConnectionState, LogListener } from '../transport/multiplex'
import { type SharedLogs, shareLogs } from '../transport/tabs'
import type { Commits } from './commit'
import type { Core } from './core'
import { messageOf } from './selectors'
import type { RunningGeneration } from './types'

/** Past every log: whoever reads from here is told the end alone. */
const onlyTheEnd = 999_999_999_999

/** A turn that was sent from this page, as it is read in the answer to the send itself. */
interface Sent {
  /** Null until the log says it. */
  generationId: string | null
  closing: AbortController
  /** Whether the browser has a connection for it. */
  spared: boolean
}

/** How a turn is sent. */
interface TurnSource extends Pick<LogSource, 'open' | 'again'> {
  onStart(start: StartData): void
}

export type Streams = ReturnType<typeof createStreams>

/**
 * Who reads which log. A turn is read in the answer to its send, which is quickest, for as long as it is on screen. All
 * else that runs shares one connection with the other tabs (tabs.ts), and of what is not loaded here only the end is
 * read. `reload` is for a conversation whose log cannot be read any more.
 */
export function createStreams(core: Core, commits: Commits, reload: (id: string) => void) {
  const { get, set, environment } = core
  const sent = new Set<Sent>()
  /** From where the logs of the shared connection are read. */
  const followed = new Map<string, number>()
  /** Logs that give nothing more, read to their end or refused, until the page knows that they are not running. */
  const done = new Set<string>()
  let shared: SharedLogs | null = null

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

  /** Opens and closes what the state says should be. */
  function arrange(): void {
    const { running, summaries } = get()
    const listed = summaries.flatMap((each) => each.running)
    for (const id of done) if (!running[id] && !listed.includes(id)) done.delete(id)
    for (const each of sent) handOver(each)
    const wanted = new Map(listed.map((id) => [id, onlyTheEnd]))
    for (const each of Object.values(running)) wanted.set(each.id, cursorOf(each))
    for (const id of followed.keys()) if (!wanted.has(id)) unfollow(id)
    const missing = [...wanted].filter(([id, after]) => !done.has(id) && !sentOf(id) && needs(id, after))
    if (!shared || missing.length === 0) return
    for (const [id, after] of missing) followed.set(id, after)
    shared.follow(new Map(missing))
  }

  /** What is read already is ahead of the page. But what has been loaded is needed from there, not its end alone. */
  function needs(generationId: string, after: number): boolean {
    const known = followed.get(generationId)
    return known === undefined || (known === onlyTheEnd && after !== onlyTheEnd)
  }

  function cursorOf({ messageId }: RunningGeneration): number {
    return messageOf(get(), messageId)?.generation?.cursor ?? 0
  }

  /** What is followed again at once, from elsewhere, keeps its connection until then. */
  function unfollow(generationId: string): void {
    if (followed.delete(generationId)) queueMicrotask(() => followed.has(generationId) || shared?.drop(generationId))
  }

  function finish(generationId: string): void {
    done.add(generationId)
    unfollow(generationId)
  }

  /** A turn that is not on screen goes to the shared connection, as soon as the page knows it. */
  function handOver({ generationId, closing, spared }: Sent): void {
    const generation = get().running[generationId ?? '']
    const onScreen = generation?.conversationId === get().shown && !environment.hidden()
    if (generation && !(onScreen && spared)) closing.abort()
  }

  /** Asks for a connection of a turn's own while it is already on its way. */
  async function spare(turn: Sent): Promise<void> {
    const letGo = await shared?.spare()
    turn.spared = Boolean(letGo)
    if (turn.closing.signal.aborted) letGo?.()
    else if (letGo) turn.closing.signal.addEventListener('abort', letGo)
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
      // Once it has started, the shared connection goes on with it.
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
    /** Begins to read with the other tabs. Gives the way to end all reading. */
    connect(): () => void {
      shared = shareLogs(core, listener)
      arrange()
      const end = environment.on('visibility', arrange)
      return () => {
        end()
        for (const { generationId, closing } of sent) if (get().running[generationId ?? '']) closing.abort()
        mark([...followed.keys()], 'connecting')
        followed.clear()
        shared?.close()
        shared = null
      }
    },
    /**
     * Sends a turn and reads what comes of it. True when it has started, false when it was closed before.
     * @throws what the last connection failed with, when it never started.
     */
    start(source: TurnSource, closing: AbortController): Promise<boolean> {
      const turn: Sent = { generationId: null, closing, spared: true }
      sent.add(turn)
      void spare(turn)
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
    /** Whether a log is being read: what was read of it is ahead of any other answer. */
    reading: (generationId: string): boolean => isRead(generationId) && get().running[generationId]?.reader === 'open',
    has: isRead,
    /** Whether the page will hear of the end of a log. */
    hears: (generationId: string): boolean => isRead(generationId) || followed.has(generationId),
    /** Reads some generations no more; `arrange` begins again, from the state's cursor. */
    park(where: (generation: RunningGeneration) => boolean): void {
      for (const generation of Object.values(get().running)) if (where(generation)) unfollow(generation.id)
    },
  }

  function isRead(generationId: string): boolean {
    return sentOf(generationId) !== undefined || (followed.get(generationId) ?? onlyTheEnd) !== onlyTheEnd
  }
}
