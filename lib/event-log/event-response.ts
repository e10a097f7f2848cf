import 'server-only'
import { log } from '@/lib/log'
import { metrics } from '@/lib/metrics'
import { processSingleton } from '@/lib/process'
import { RESPONSE_WRITE_BYTES } from '@/lib/protocol/pacing'
import { eventStreamHeaders, heartbeat } from '@/lib/protocol/sse'
import type { Bytes, LogReader } from './event-log'

/** After this much silence a comment goes out, so that no proxy takes a model that thinks for a dead connection. */
const HEARTBEAT_MS = 15_000
/** A piece of this size goes out alone: joined with others, it would be copied for each reader. */
const LARGE_BYTES = 16 * 1024

const comment = new TextEncoder().encode(heartbeat)

/** The client that reads a response. */
export interface Client {
  /** Aborts when the client goes away before the response has ended. */
  signal?: AbortSignal
  /** Called once, when the client reads no more. */
  onClose?: () => void
}

/** A log to respond with: how to open it, and the bytes that its items are sent as. */
interface Source<Item> {
  open(wake: () => void): Promise<LogReader<Item>>
  encode(item: Item): Bytes[]
}

/**
 * An event-stream response that follows a log. Events are read only when the client has room for them, so a client that
 * stops reading costs nothing. A client that goes away ends its reading alone; `onClose` is called then, as at the end.
 */
export async function eventStream<Item>(
  source: Source<Item>,
  { signal, onClose = () => {} }: Client = {},
): Promise<Response> {
  let wake = () => {}
  const reader = await opened(source, () => wake(), onClose)
  const delivery = new Delivery(reader, source.encode, onClose)
  wake = () => delivery.deliver()
  // Next neither reads nor cancels the body of a response whose client left before it was ready.
  if (signal?.aborted) delivery.close()
  else signal?.addEventListener('abort', () => delivery.close(), { once: true })
  return new Response(new LogBody(delivery), { headers: eventStreamHeaders })
}

async function opened<Item>(source: Source<Item>, wake: () => void, onClose: () => void): Promise<LogReader<Item>> {
  try {
    return await source.open(wake)
  } catch (error) {
    onClose()
    throw error
  }
}

/** Where a delivery writes. */
interface Sink {
  write(bytes: Bytes): void
  close(): void
}

/** Sends one client what a log has, one write whenever the client has room. */
class Delivery<Item> {
  readonly #reader: LogReader<Item>
  readonly #encode: (item: Item) => Bytes[]
  readonly #onClose: () => void
  readonly #quiet = quietReaders()
  /** Encoded, but not written yet: pieces of one item at most. */
  #pending: Bytes[] = []
  #sink: Sink | null = null
  #hasGreeted = false
  #hasRoom = false
  #closed = false

  constructor(reader: LogReader<Item>, encode: (item: Item) => Bytes[], onClose: () => void) {
    this.#reader = reader
    this.#encode = encode
    this.#onClose = onClose
  }

  /**
   * The client has room for one write. The first call begins the count of readers: a response that nobody reads, e.g. to a
   * HEAD request, is never cancelled either.
   */
  more(sink: Sink): void {
    if (this.#closed) return
    this.#sink = sink
    this.#hasRoom = true
    this.#quiet.heard(this.#beat)
    if (this.#hasGreeted) {
      this.deliver()
      return
    }
    this.#hasGreeted = true
    this.#write(comment)
  }

  /** Writes what the log has, if there is room. */
  deliver(): void {
    if (this.#closed || !this.#hasRoom) return
    const bytes = this.#nextWrite()
    const done = this.#pending.length === 0 && this.#reader.done
    if (!bytes && !done) return
    this.#quiet.heard(this.#beat)
    if (done) this.close()
    if (bytes) this.#write(bytes)
    if (done) this.#sink?.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#quiet.delete(this.#beat)
    this.#reader.close()
    this.#onClose()
  }

  /** The bytes of the next write: small pieces joined, or one large piece as it is. */
  #nextWrite(): Bytes | null {
    const small: Bytes[] = []
    for (let size = 0; size < RESPONSE_WRITE_BYTES; ) {
      const piece = this.#nextPiece()
      if (!piece) break
      if (piece.byteLength > LARGE_BYTES) {
        if (small.length === 0) return piece
        this.#pending.unshift(piece)
        break
      }
      small.push(piece)
      size += piece.byteLength
    }
    return joined(small)
  }

  #nextPiece(): Bytes | undefined {
    if (this.#pending.length === 0) {
      const item = this.#reader.next()
      if (item) this.#pending = this.#encode(item)
    }
    return this.#pending.shift()
  }

  #write(bytes: Bytes): void {
    // Before the write, which may ask for more, and so come back here, before it returns.
    this.#hasRoom = false
    this.#sink?.write(bytes)
  }

  readonly #beat = (): void => {
    if (this.#hasRoom) this.#write(comment)
  }
}

/** A delivery as the body of a response. */
class LogBody<Item> extends ReadableStream<Bytes> {
  readonly #delivery: Delivery<Item>

  constructor(delivery: Delivery<Item>) {
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
   * Next calls this to send a body. The platform's own makes a dozen promises for each chunk, which is the largest cost of a
   * relay (docs/bench.md); this one writes to the destination directly.
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

/** One timer that sends the heartbeat to each reader that has been quiet for long enough. */
function quietReaders() {
  return processSingleton('quiet readers', () => {
    const heardAt = new Map<() => void, number>()
    setInterval(() => {
      const now = performance.now()
      for (const [beat, at] of heardAt) {
        if (now - at < HEARTBEAT_MS - 1000) continue
        heardAt.set(beat, now)
        try {
          beat()
        } catch (error) {
          // The client is gone.
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
