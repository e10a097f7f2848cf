import 'server-only'
import { log } from '@/lib/log'
import { metrics } from '@/lib/metrics'
import { oncePerProcess } from '@/lib/process'
import { eventStreamHeaders, heartbeat } from '@/lib/protocol/sse'
import type { Bytes, LogReader } from './event-log'

/** After so much silence a comment goes out, so that no proxy takes a thinking model for a dead connection. */
const HEARTBEAT_MS = 15_000

const comment = new TextEncoder().encode(heartbeat)

/** Who is answered. */
export interface Client {
  /** Aborts when the client goes away before the response has ended. */
  signal?: AbortSignal
  /** Called once the client follows no more. */
  left?: () => void
}

/**
 * An event-stream response that follows a log. It is pulled: bytes are taken from the log only when the client has
 * room for them, so a client that stops reading costs nothing. A client that goes away only ends its reading;
 * `left` is called then, as at the end.
 */
export async function eventStream(
  openLog: (wake: () => void) => Promise<LogReader>,
  { signal, left = () => {} }: Client = {},
): Promise<Response> {
  let wake = () => {}
  const delivery = new Delivery(await opened(openLog, () => wake(), left), left)
  wake = () => delivery.deliver()
  // Next neither reads nor cancels the body of a response whose client went away before it was there.
  if (signal?.aborted) delivery.close()
  else signal?.addEventListener('abort', () => delivery.close(), { once: true })
  return new Response(new LogBody(delivery), { headers: eventStreamHeaders })
}

async function opened(
  openLog: (wake: () => void) => Promise<LogReader>,
  wake: () => void,
  left: () => void,
): Promise<LogReader> {
  try {
    return await openLog(wake)
  } catch (error) {
    left()
    throw error
  }
}

/** Where a delivery goes. `write` is called once for each time that there was room. */
interface Sink {
  write(bytes: Bytes): void
  close(): void
}

/** Takes what a log has for one client, whenever the client has room. */
class Delivery {
  readonly #reader: LogReader
  readonly #left: () => void
  readonly #quiet = quietReaders()
  #sink: Sink | null = null
  #greeted = false
  #room = false
  #closed = false

  constructor(reader: LogReader, left: () => void) {
    this.#reader = reader
    this.#left = left
  }

  /** There is room for more. From the first time on it counts: a response that nobody reads, as to a HEAD request, is never cancelled either. */
  more(sink: Sink): void {
    if (this.#closed) return
    this.#sink = sink
    this.#room = true
    this.#quiet.heard(this.#beat)
    if (this.#greeted) {
      this.deliver()
      return
    }
    this.#greeted = true
    this.#put(comment)
  }

  /** Hands over what the log has, if there is room for it. */
  deliver(): void {
    if (this.#closed || !this.#room) return
    const { pieces, done } = this.#reader.take()
    const bytes = joined(pieces)
    if (!bytes && !done) return
    this.#quiet.heard(this.#beat)
    if (done) this.close()
    if (bytes) this.#put(bytes)
    if (done) this.#sink?.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#quiet.delete(this.#beat)
    this.#reader.close()
    this.#left()
  }

  #put(bytes: Bytes): void {
    // Before the write, which may ask for more, and so come back here, before it returns.
    this.#room = false
    this.#sink?.write(bytes)
  }

  readonly #beat = (): void => {
    if (this.#room) this.#put(comment)
  }
}

/** A delivery as the body of a response. */
class LogBody extends ReadableStream<Bytes> {
  readonly #delivery: Delivery

  constructor(delivery: Delivery) {
    super(
      {
        pull: (controller) =>
          delivery.more({ write: (bytes) => controller.enqueue(bytes), close: () => controller.close() }),
        cancel: () => delivery.close(),
      },
      { highWaterMark: 0 },
    )
    this.#delivery = delivery
  }

  /**
   * What Next calls to send a body. The general way makes a dozen promises for each piece that it moves, which is what
   * costs most in a relay (docs/bench.md); this one writes straight to the destination.
   */
  override pipeTo(destination: WritableStream<Bytes>, { signal }: StreamPipeOptions = {}): Promise<void> {
    const writer = destination.getWriter()
    const delivery = this.#delivery
    return new Promise((resolve, reject) => {
      const fail = (reason: unknown) => {
        delivery.close()
        reject(reason)
      }
      const more = () => delivery.more(sink)
      const sink: Sink = {
        write: (bytes) => void writer.write(bytes).then(more).catch(fail),
        close: () => void writer.close().then(resolve, reject),
      }
      const abort = () => {
        fail(signal?.reason)
        writer.abort(signal?.reason).catch(() => undefined)
      }
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort, { once: true })
      more()
    })
  }
}

function joined(pieces: Bytes[]): Bytes | null {
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

/** One timer that sends the heartbeat to every reader that has been quiet for long enough. */
function quietReaders() {
  return oncePerProcess('quiet readers', () => {
    const heardAt = new Map<() => void, number>()
    setInterval(() => {
      const now = performance.now()
      for (const [beat, at] of heardAt) {
        if (now - at < HEARTBEAT_MS - 1000) continue
        heardAt.set(beat, now)
        try {
          beat()
        } catch (error) {
          // Nobody can be written to there any more.
          if (heardAt.delete(beat)) metrics().readers.dec()
          log().debug({ error }, 'couldn’t write to a quiet reader')
        }
      }
    }, 1000).unref()
    return {
      heard(beat: () => void): void {
        if (!heardAt.has(beat)) metrics().readers.inc()
        heardAt.set(beat, performance.now())
      },
      delete(beat: () => void): void {
        if (heardAt.delete(beat)) metrics().readers.dec()
      },
    }
  })
}
