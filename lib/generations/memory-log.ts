import 'server-only'
import { encodeEvent } from '@/lib/protocol/sse'
import type { EventLog, LogReader, Taken } from './log'

/** What one `take` joins at most, so that a reader far behind does not copy a whole answer at once. */
const TAKE_BYTES = 64 * 1024

interface Held {
  /** Entry k is the event with `seq` k + 1, encoded once for all its readers. */
  encoded: Uint8Array<ArrayBuffer>[]
  ended: boolean
  wakes: Set<() => void>
}

/**
 * The event log in this process.
 * `keepEndedMs` is how long an ended log is held for readers that are a little late; later ones get it from the database.
 */
export function createMemoryLog(keepEndedMs: number): EventLog {
  const logs = new Map<string, Held>()
  const utf8 = new TextEncoder()

  return {
    append(generationId, event) {
      let held = logs.get(generationId)
      if (!held) {
        held = { encoded: [], ended: false, wakes: new Set() }
        logs.set(generationId, held)
      }
      if (event.seq !== held.encoded.length + 1)
        throw new Error(`The log is at ${held.encoded.length}, not before ${event.seq}`)
      held.encoded.push(utf8.encode(encodeEvent(event.seq, event)))
      if (event.type === 'status') {
        held.ended = true
        setTimeout(() => logs.delete(generationId), keepEndedMs).unref()
      }
      for (const wake of held.wakes) wake()
    },
    async read(generationId, after, wake) {
      const held = logs.get(generationId)
      return held ? readerOf(held, after, wake) : null
    },
  }
}

function readerOf(held: Held, after: number, wake: () => void): LogReader {
  let cursor = Math.min(after, held.encoded.length)
  held.wakes.add(wake)
  return {
    take(): Taken {
      const pieces: Uint8Array<ArrayBuffer>[] = []
      for (let size = 0; cursor < held.encoded.length; cursor++) {
        const piece = held.encoded[cursor]
        if (!piece) break
        size += piece.byteLength
        // One that is larger goes alone, and so as it is: joining would make each reader a copy of it.
        if (pieces.length > 0 && size > TAKE_BYTES) break
        pieces.push(piece)
      }
      return { bytes: joined(pieces), done: held.ended && cursor === held.encoded.length }
    },
    close() {
      held.wakes.delete(wake)
    },
  }
}

function joined(pieces: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> | null {
  const [first] = pieces
  if (!first || pieces.length === 1) return first ?? null
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.byteLength, 0))
  let offset = 0
  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.byteLength
  }
  return bytes
}
