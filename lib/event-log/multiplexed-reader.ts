import 'server-only'
import type { EventLog, LoggedEvent, LogReader } from './event-log'

/** An event of one of several logs. */
export interface MultiplexedEvent {
  generationId: string
  event: LoggedEvent
}

interface Source {
  generationId: string
  reader: LogReader
}

/**
 * Reads several logs as one, each after its own cursor. Done when all of them are.
 * @throws {Error} when one of them can't be read.
 */
export async function readMultiplexed(
  log: Pick<EventLog, 'read'>,
  cursors: Map<string, number>,
  wake: () => void,
): Promise<LogReader<MultiplexedEvent>> {
  const opened = await Promise.allSettled(
    Array.from(cursors, async ([generationId, after]) => {
      const reader = await log.read(generationId, after, wake)
      if (!reader) throw new Error(`Nothing holds the log of ${generationId}`)
      return { generationId, reader }
    }),
  )
  const sources = opened.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  const failure = opened.find((each) => each.status === 'rejected')
  if (failure) {
    for (const { reader } of sources) reader.close()
    throw failure.reason
  }
  return inTurn(sources)
}

/**
 * Gives each log its turn, event by event, so that a long log delays none of the others. Logs in the database are read one
 * after the other: the cache of ended logs holds only a few.
 */
function inTurn(sources: Source[]): LogReader<MultiplexedEvent> {
  const open = new Set(sources)
  let stored: Source | null = null

  function next(): MultiplexedEvent | null {
    for (const source of open) {
      const { generationId, reader } = source
      if (reader.stored) stored ??= source
      if (reader.stored && source !== stored) continue
      const event = reader.next()
      if (!event && !reader.done) continue
      open.delete(source)
      if (reader.done) reader.close()
      // Moves to the end of the queue.
      else open.add(source)
      if (reader.done && source === stored) stored = null
      if (event) return { generationId, event }
      // It was deleted meanwhile: the stored logs that were passed over have their turn.
      return next()
    }
    return null
  }

  return {
    next,
    get done() {
      return open.size === 0
    },
    close() {
      for (const { reader } of open) reader.close()
    },
  }
}
