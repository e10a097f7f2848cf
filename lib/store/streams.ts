import type { StartData } from '@/lib/protocol/events'
import type { Commits } from './commit'
import type { Core } from './core'
import { type LogSource, mayPass, readLog } from './reader'
import type { ConversationState, RunningGeneration } from './types'

/** A browser opens six connections to a host over HTTP/1.1; two stay free for everything else. */
const streamsAtOnce = 4

interface Reader {
  /** Null until the log of a turn that was just sent says it. */
  generationId: string | null
  closing: AbortController
}

/** How a turn is sent: its first connection is the answer to the send itself. */
interface TurnSource extends Pick<LogSource, 'open' | 'again'> {
  onStart(start: StartData): void
}

export type Streams = ReturnType<typeof createStreams>

/**
 * The readers of running generations. At most four have a connection; the others are parked, those out of sight first,
 * and go on from their cursor when there is room. `reload` is for a conversation whose log cannot be read any more.
 */
export function createStreams({ get, set, page, client }: Core, commits: Commits, reload: (id: string) => void) {
  const readers = new Set<Reader>()
  /** Logs that give nothing more, read to their end or refused, until the page knows that they are not running. */
  const done = new Set<string>()

  const readerOf = (generationId: string) => [...readers].find((reader) => reader.generationId === generationId)

  /** Opens and parks readers so that the ones that matter most are open. */
  function arrange(): void {
    const state = get()
    for (const id of done) if (!state.running[id]) done.delete(id)
    const candidates = Object.values(state.running).filter(({ id }) => !done.has(id))
    const others = [...readers].filter((reader) => !state.running[reader.generationId ?? ''])
    const open = new Set([...readers].map((reader) => reader.generationId))
    const ranked = candidates.toSorted((a, b) => rank(b, state, open) - rank(a, state, open))
    const room = Math.max(0, streamsAtOnce - others.length)
    for (const { id } of ranked.slice(room)) park(id)
    for (const each of ranked.slice(0, room)) if (!open.has(each.id)) follow(each)
  }

  function park(generationId: string): void {
    const reader = readerOf(generationId)
    if (!reader) return
    readers.delete(reader)
    reader.closing.abort()
    mark(generationId, 'connecting')
  }

  function follow({ id, messageId }: RunningGeneration): void {
    const reader: Reader = { generationId: id, closing: new AbortController() }
    const cursor = get().messages[messageId]?.generation?.cursor ?? 0
    readers.add(reader)
    read(reader, cursor, { open: (after, signal) => client.events(id, after, signal), again: mayPass }).catch(() =>
      lose(reader),
    )
  }

  async function read(reader: Reader, cursor: number, source: TurnSource | Omit<TurnSource, 'onStart'>): Promise<void> {
    const log: LogSource = {
      ...source,
      cursor,
      onEvents(events) {
        const [first] = events
        if (first?.type === 'start' && 'onStart' in source) {
          reader.generationId = first.data.generationId
          source.onStart(first.data)
        }
        if (reader.generationId) commits.push(reader.generationId, events)
      },
      onState: (state) => mark(reader.generationId, state),
      onFruitless: () => reloadOf(reader),
    }
    await readLog(log, page, reader.closing.signal)
    // One that was parked is gone from here already, and has more to read.
    if (readers.delete(reader) && reader.generationId) done.add(reader.generationId)
  }

  /** The server refuses the log: what the reply came to is in its conversation. */
  function lose(reader: Reader): void {
    readers.delete(reader)
    if (reader.generationId) done.add(reader.generationId)
    reloadOf(reader)
    arrange()
  }

  function reloadOf({ generationId }: Reader): void {
    const running = get().running[generationId ?? '']
    if (running) reload(running.conversationId)
  }

  function mark(generationId: string | null, reader: RunningGeneration['reader']): void {
    const known = get().running[generationId ?? '']
    if (known && known.reader !== reader)
      set(({ running }) => ({ running: { ...running, [known.id]: { ...known, reader } } }))
  }

  return {
    arrange,
    /**
     * Sends a turn and reads what comes of it. True when it has started, false when it was closed before.
     * @throws what the last connection failed with, when it never started.
     */
    start(source: TurnSource, closing: AbortController): Promise<boolean> {
      const reader: Reader = { generationId: null, closing }
      readers.add(reader)
      arrange()
      return new Promise((resolve, reject) => {
        const onStart = (start: StartData) => {
          source.onStart(start)
          resolve(true)
        }
        const failed = (error: unknown) => {
          if (reader.generationId) return lose(reader)
          readers.delete(reader)
          reject(error)
          arrange()
        }
        const over = () => {
          resolve(false)
          if (!reader.generationId) arrange()
        }
        read(reader, 0, { ...source, onStart }).then(over, failed)
      })
    },
    /** Whether a reader has its connection open: what it wrote is ahead of any other answer. */
    reading: (generationId: string): boolean =>
      readerOf(generationId) !== undefined && get().running[generationId]?.reader === 'open',
    has: (generationId: string): boolean => readerOf(generationId) !== undefined,
    /** Closes the readers of some generations; `arrange` opens them again, from the state's cursor. */
    park(where: (generation: RunningGeneration) => boolean): void {
      for (const generation of Object.values(get().running)) if (where(generation)) park(generation.id)
    },
  }
}

/** What is on screen comes first, then what is open already, so that nothing is closed without need. */
function rank(generation: RunningGeneration, { shown }: ConversationState, open: Set<string | null>): number {
  return (generation.conversationId === shown ? 2 : 0) + (open.has(generation.id) ? 1 : 0)
}
