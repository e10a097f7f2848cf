import 'server-only'
import { named } from '@/lib/protocol/sse'
import type { Bytes, EventLog, LogReader } from './event-log'

const LARGE_BYTES = 16 * 1024

interface Each {
  generationId: string
  reader: LogReader
}

/**
 * Follows several logs as one, each after its own cursor; every event says of which log it is. Done when all have ended.
 * @throws {Error} when one of them cannot be read.
 */
export async function readSeveral(
  log: Pick<EventLog, 'read'>,
  cursors: Map<string, number>,
  wake: () => void,
): Promise<LogReader> {
  const open = await Promise.allSettled(
    Array.from(cursors, async ([generationId, after]) => {
      const reader = await log.read(generationId, after, wake)
      if (!reader) throw new Error(`Nothing holds the log of ${generationId}`)
      return { generationId, reader }
    }),
  )
  const all = open.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  const failure = open.find((each) => each.status === 'rejected')
  if (failure) {
    for (const { reader } of all) reader.close()
    throw failure.reason
  }
  return inTurn(all)
}

/**
 * One log a take, and each has its turn, so that a long one keeps none of the others waiting. Of those in the database one
 * at a time: in turn, each would be read from its beginning again and again.
 */
function inTurn(all: Each[]): LogReader {
  const open = new Set(all)
  let reading: Each | null = null
  /** What is left of an event whose name has been taken. */
  let rest: Bytes[] = []

  function takeFrom(each: Each): Bytes[] {
    const { pieces: events, done } = each.reader.take()
    if (events.length === 0 && !done) return []
    // To the end of the line.
    open.delete(each)
    if (!done) open.add(each)
    else {
      each.reader.close()
      if (reading === each) reading = null
    }
    const pieces = events.flatMap((event) => named(each.generationId, event))
    // Joined with its name, a large one would be a copy for each reader.
    if (pieces.length === 2 && events.some(({ byteLength }) => byteLength > LARGE_BYTES)) rest = pieces.splice(1)
    return pieces
  }

  function next(): Bytes[] {
    if (rest.length > 0) return rest.splice(0)
    reading ??= [...open].find(({ reader }) => reader.stored) ?? null
    const before = reading
    for (const each of [...open]) {
      if (each.reader.stored && each !== reading) continue
      const pieces = takeFrom(each)
      if (pieces.length > 0) return pieces
    }
    // One that is gone makes way for the next.
    return reading === before ? [] : next()
  }

  return {
    take() {
      const pieces = next()
      return { pieces, done: open.size === 0 && rest.length === 0 }
    },
    close() {
      for (const { reader } of open) reader.close()
    },
  }
}
