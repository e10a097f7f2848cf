import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { log } from '@/lib/log'
import { nextEvent, type Place, type WholeLog } from './event-index'
import { LoggedEvent, type LogReader } from './event-log'

/** How much text of recently read logs is cached, in UTF-16 units, so that a reader that goes on needn't load its log again. */
const CACHED_CHARACTERS = 24 * 1024 * 1024
const CACHED_MS = 5_000
const RETRY_MS = 1_000

/** A log that has ended, and where it begins in its message. */
export interface EndedLog {
  log: WholeLog
  beginning: Place
}

/** Loads a log that has ended from the database. Null when it was deleted, or hasn't ended. */
export type ReadEnded = (generationId: string) => Promise<EndedLog | null>

/**
 * Reads logs that have ended from the database. A reader holds a position and no text. The texts of a few logs are cached
 * for all readers, and are loaded one after the other, so that many readers at once need little memory.
 */
export function createEndedLogs(stored: ReadEnded) {
  const cache = new Map<string, EndedLog>()
  const loading = new Map<string, Promise<EndedLog | null>>()
  let queue: Promise<unknown> = Promise.resolve()
  let tookMs = 0
  let clearing: NodeJS.Timeout | null = null

  function load(generationId: string): Promise<EndedLog | null> {
    const before = loading.get(generationId)
    if (before) return before
    const loaded = queue.then(() => loadNow(generationId)).finally(() => loading.delete(generationId))
    loading.set(generationId, loaded)
    // Leaves the event loop to others for as long as the last load took.
    queue = loaded.catch(() => undefined).then(() => wait(tookMs))
    return loaded
  }

  async function loadNow(generationId: string): Promise<EndedLog | null> {
    const startedAt = performance.now()
    const ended = cache.get(generationId) ?? (await stored(generationId))
    tookMs = performance.now() - startedAt
    if (ended) keep(generationId, ended)
    return ended
  }

  function keep(generationId: string, ended: EndedLog): void {
    cache.delete(generationId)
    cache.set(generationId, ended)
    let size = 0
    for (const [id, each] of [...cache].reverse()) {
      size += sizeOf(each)
      if (size > CACHED_CHARACTERS && id !== generationId) cache.delete(id)
    }
    if (clearing) clearing.refresh()
    else clearing = setTimeout(() => cache.clear(), CACHED_MS).unref()
  }

  return {
    /** Reads a log that has ended after a cursor. */
    read(generationId: string, after: number, wake: () => void): LogReader {
      let place: Place | null = null
      let [isLoading, done, closed] = [false, false, false]

      const request = () => {
        if (isLoading) return
        isLoading = true
        const settle = () => {
          isLoading = false
          if (!closed) wake()
        }
        load(generationId)
          .then((ended) => {
            // A deleted log is at its end.
            done = ended === null
            settle()
          })
          .catch((error: unknown) => {
            log().debug({ generationId, error }, 'couldn’t read a log that has ended')
            setTimeout(settle, RETRY_MS).unref()
          })
      }

      return {
        stored: true,
        next() {
          if (done) return null
          const ended = cache.get(generationId)
          if (!ended) {
            request()
            return null
          }
          place ??= placeAfter(ended, after)
          const event = nextEvent(ended.log, place)
          done = place.seq >= ended.log.index.length
          return event && new LoggedEvent(event)
        },
        get done() {
          return done
        },
        close() {
          closed = true
        },
      }
    },
  }
}

/** The place after a `seq`. A cursor at or past the end gets the terminal event again. */
function placeAfter({ log: whole, beginning }: EndedLog, after: number): Place {
  const place = { ...beginning }
  const last = Math.min(after, whole.index.length - 1)
  while (place.seq < last) nextEvent(whole, place)
  return place
}

function sizeOf({ log: { index, text, reasoning } }: EndedLog): number {
  return text.length + reasoning.length + index.length * 8
}
