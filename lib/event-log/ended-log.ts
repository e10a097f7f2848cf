import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { log } from '@/lib/log'
import { encodeEvent } from '@/lib/protocol/sse'
import { nextEvent, type Place, type WholeLog } from './event-index'
import type { Bytes, LogReader } from './event-log'

/** What one `take` gives at most, but for a single event that is larger. */
const TAKE_BYTES = 256 * 1024
/** What is kept of logs that were read lately, in characters, so that a reader that goes on does not read all of one again. */
const KEPT_CHARACTERS = 24 * 1024 * 1024
const KEPT_MS = 5_000
const RETRY_MS = 1_000

/** A log that has ended, and where it begins. */
export interface EndedLog {
  log: WholeLog
  beginning: Place
}

/** Reads a log that has ended from the database. Null when it is gone, or has not ended. */
export type ReadEnded = (generationId: string) => Promise<EndedLog | null>

/**
 * Reads logs that have ended out of the database, a piece at a time and only as fast as each reader takes it. A reader
 * holds a place and no text; the texts of a few logs at most are held for all of them, and are read one after the other.
 */
export function createEndedLogs(stored: ReadEnded) {
  const kept = new Map<string, EndedLog>()
  const loading = new Map<string, Promise<EndedLog | null>>()
  let queue: Promise<unknown> = Promise.resolve()
  let tookMs = 0
  let forgetting: NodeJS.Timeout | null = null

  function load(generationId: string): Promise<EndedLog | null> {
    const before = loading.get(generationId)
    if (before) return before
    const loaded = queue.then(() => loadNow(generationId)).finally(() => loading.delete(generationId))
    loading.set(generationId, loaded)
    // The event loop has as much time for others as the last one took.
    queue = loaded.catch(() => undefined).then(() => wait(tookMs))
    return loaded
  }

  async function loadNow(generationId: string): Promise<EndedLog | null> {
    const startedAt = performance.now()
    const ended = kept.get(generationId) ?? (await stored(generationId))
    tookMs = performance.now() - startedAt
    if (ended) keep(generationId, ended)
    return ended
  }

  function keep(generationId: string, ended: EndedLog): void {
    kept.delete(generationId)
    kept.set(generationId, ended)
    let size = 0
    for (const [id, each] of [...kept].reverse()) {
      size += sizeOf(each)
      if (size > KEPT_CHARACTERS && id !== generationId) kept.delete(id)
    }
    if (forgetting) forgetting.refresh()
    else forgetting = setTimeout(() => kept.clear(), KEPT_MS).unref()
  }

  return {
    /** Follows a log that has ended after a cursor. */
    read(generationId: string, after: number, wake: () => void): LogReader {
      let place: Place | null = null
      let [asked, gone, closed] = [false, false, false]

      const ask = () => {
        if (asked) return
        asked = true
        const again = () => {
          asked = false
          if (!closed) wake()
        }
        load(generationId)
          .then((ended) => {
            gone = ended === null
            again()
          })
          .catch((error: unknown) => {
            log().debug({ generationId, error }, 'couldn’t read a log that has ended')
            setTimeout(again, RETRY_MS).unref()
          })
      }

      return {
        stored: true,
        take() {
          const ended = kept.get(generationId)
          if (!ended) {
            if (!gone) ask()
            return { pieces: [], done: gone }
          }
          place ??= placeAfter(ended, after)
          const pieces = piecesFrom(ended.log, place)
          return { pieces, done: place.seq >= ended.log.outline.length }
        },
        close() {
          closed = true
        },
      }
    },
  }
}

/** The place after a `seq`; before the last event for one past the end, which is told again. */
function placeAfter({ log: whole, beginning }: EndedLog, after: number): Place {
  const place = { ...beginning }
  const last = Math.min(after, whole.outline.length - 1)
  while (place.seq < last) nextEvent(whole, place)
  return place
}

function piecesFrom(whole: WholeLog, place: Place): Bytes[] {
  const utf8 = new TextEncoder()
  const pieces: Bytes[] = []
  for (let size = 0; size < TAKE_BYTES; ) {
    const before = { ...place }
    const event = nextEvent(whole, place)
    if (!event) break
    const bytes = utf8.encode(encodeEvent(event.seq, event))
    size += bytes.byteLength
    if (pieces.length > 0 && size > TAKE_BYTES) {
      Object.assign(place, before)
      break
    }
    pieces.push(bytes)
  }
  return pieces
}

function sizeOf({ log: { outline, text, reasoning } }: EndedLog): number {
  return text.length + reasoning.length + outline.length * 8
}
