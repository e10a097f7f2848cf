import 'server-only'
import { createBrotliDecompress, createGunzip, createInflate, constants as zlib } from 'node:zlib'
import { Decompress } from 'fzstd'
import type { Body } from './body'

/** Decompresses a stream of bytes. An error ends it. */
interface Decompressor {
  /** Returns whether there is room for more; if not, `onRoom` is called once there is. */
  write(bytes: Uint8Array): boolean
  /** Ends the input; `onEnd` follows. */
  end(): void
  pause(): void
  resume(): void
  destroy(): void
}

interface Handlers {
  onBytes(bytes: Uint8Array): void
  onRoom(): void
  onEnd(): void
  onError(): void
}

/** Decompresses a body that the server compressed unasked. `encoding` is its Content-Encoding. */
export function decompressed(body: Body, encoding: string | string[] | undefined): Body {
  const create = decompressors.get(
    String(encoding ?? '')
      .trim()
      .toLowerCase(),
  )
  return create ? new DecompressedBody(body, create) : body
}

/** Flushes at every write, and takes a cut as the end, not as an error. */
const gzipOptions = { flush: zlib.Z_SYNC_FLUSH, finishFlush: zlib.Z_SYNC_FLUSH }
const brotliOptions = { flush: zlib.BROTLI_OPERATION_FLUSH, finishFlush: zlib.BROTLI_OPERATION_FLUSH }

const decompressors = new Map<string, (handlers: Handlers) => Decompressor>([
  ['gzip', (handlers) => byStream(createGunzip(gzipOptions), handlers)],
  ['x-gzip', (handlers) => byStream(createGunzip(gzipOptions), handlers)],
  ['deflate', (handlers) => byStream(createInflate(gzipOptions), handlers)],
  ['br', (handlers) => byStream(createBrotliDecompress(brotliOptions), handlers)],
  ['zstd', (handlers) => new Zstd(handlers)],
])

/** How bodies start that servers label as compressed but send as text; no compressed data starts this way. */
const plainStarts = ['data:', 'event:', '{"', '{\n', '[{', '<!', ': ']

/** Bounds decompression bombs: no reply is this long. In bytes. */
const MAX_BODY = 256 * 1024 * 1024

class DecompressedBody implements Body {
  readonly #source: Body
  readonly #create: (handlers: Handlers) => Decompressor
  #decompressor: Decompressor | null = null
  #plain = false
  #closed = false
  #destroyed = false

  constructor(source: Body, create: (handlers: Handlers) => Decompressor) {
    this.#source = source
    this.#create = create
  }

  read(onBytes: (bytes: Uint8Array) => void, onEnd: (cut: boolean) => void): void {
    let cut = false
    let length = 0
    const end = (wasCut: boolean) => {
      if (this.#closed) return
      this.#closed = true
      onEnd(wasCut)
    }
    const decompressor = this.#create({
      onBytes: (bytes) => {
        if (this.#closed) return
        length += bytes.byteLength
        onBytes(bytes)
        if (length > MAX_BODY) this.destroy()
      },
      onRoom: () => this.#source.resume(),
      onEnd: () => end(cut),
      onError: () => {
        this.#source.destroy()
        end(true)
      },
    })
    this.#decompressor = decompressor
    let first = true
    this.#source.read(
      (bytes) => {
        if (first) this.#plain = isPlain(bytes)
        first = false
        if (this.#plain) onBytes(bytes)
        else if (!decompressor.write(bytes)) this.#source.pause()
      },
      (wasCut) => {
        cut = wasCut
        if (this.#plain || this.#destroyed) end(wasCut)
        else decompressor.end()
      },
    )
  }

  pause(): void {
    if (this.#plain) this.#source.pause()
    else this.#decompressor?.pause()
  }

  resume(): void {
    if (this.#plain) this.#source.resume()
    else this.#decompressor?.resume()
  }

  destroy(): void {
    this.#destroyed = true
    this.#decompressor?.destroy()
    this.#source.destroy()
  }

  release(): void {
    this.#destroyed = true
    this.#decompressor?.destroy()
    this.#source.release()
  }
}

function isPlain(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  return plainStarts.some((each) => start.startsWith(each))
}

function byStream(stream: ReturnType<typeof createGunzip>, handlers: Handlers): Decompressor {
  stream.on('data', handlers.onBytes)
  stream.on('drain', handlers.onRoom)
  stream.on('end', handlers.onEnd)
  stream.on('error', handlers.onError)
  return {
    write: (bytes) => stream.destroyed || stream.write(bytes),
    end: () => void stream.end(),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    destroy: () => void stream.destroy(),
  }
}

/** The window size that RFC 8878 recommends to support. In bytes. */
const MAX_WINDOW = 8 * 1024 * 1024
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
/** The longest frame header, magic number included. In bytes. */
const MAX_HEADER = 18

/** Zstandard, which Node's zlib supports only from 22.15 on. */
class Zstd implements Decompressor {
  readonly #handlers: Handlers
  readonly #decompress: Decompress
  #tail = Buffer.alloc(0)
  #open = true
  #waiting: Uint8Array[] | null = null

  constructor(handlers: Handlers) {
    this.#handlers = handlers
    this.#decompress = new Decompress((bytes) => {
      if (!this.#open) throw new Error('The body was discarded')
      if (bytes.length > 0) handlers.onBytes(bytes)
    })
  }

  write(bytes: Uint8Array): boolean {
    if (this.#waiting) this.#waiting.push(bytes)
    else this.#push(bytes)
    return this.#waiting === null
  }

  end(): void {
    if (this.#waiting) this.resume()
    if (this.#open) this.#handlers.onEnd()
  }

  pause(): void {
    this.#waiting ??= []
  }

  resume(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const bytes of waiting) this.#push(bytes)
    this.#handlers.onRoom()
  }

  destroy(): void {
    this.#open = false
  }

  #push(bytes: Uint8Array): void {
    if (!this.#open) return
    try {
      this.#checkWindows(bytes)
      this.#decompress.push(bytes)
    } catch {
      if (!this.#open) return
      this.#open = false
      this.#handlers.onError()
    }
  }

  /** @throws {Error} when a frame asks for a window that takes more memory than any reply needs. */
  #checkWindows(bytes: Uint8Array): void {
    const data = Buffer.concat([this.#tail, bytes])
    for (let at = data.indexOf(zstdMagic); at !== -1; at = data.indexOf(zstdMagic, at + 1)) {
      if (windowOf(data.subarray(at, at + MAX_HEADER)) > MAX_WINDOW) throw new Error('The window is too large')
    }
    this.#tail = data.subarray(-MAX_HEADER)
  }
}

/** The window size in a frame's header, as far as the header has arrived. https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1 */
function windowOf(header: Buffer): number {
  const descriptor = header.at(4) ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  if (!isSingleSegment) {
    const window = header.at(5) ?? 0
    const base = 2 ** (10 + (window >> 3))
    return base + (base / 8) * (window & 7)
  }
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const length = [1, 2, 4, 8][descriptor >> 6] ?? 1
  const at = 5 + dictionary
  if (header.length < at + length) return 0
  const low = header.readUIntLE(at, Math.min(length, 4))
  return length === 8 ? low + header.readUInt32LE(at + 4) * 2 ** 32 : low
}
