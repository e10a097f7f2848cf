import 'server-only'
import type { Readable } from 'node:stream'

/** How long a body that said its last word may take to end by itself, so that its connection serves again. */
const graceMs = 40

/** A response body as its reader sees it. */
export interface Body {
  /** `onBytes` gets each network read, `onEnd` comes once: with true when the connection broke. */
  read(onBytes: (bytes: Uint8Array) => void, onEnd: (cut: boolean) => void): void
  /** Ends the connection at once. */
  destroy(): void
  /** Nothing more is wanted: ends the connection unless the server is just about to. */
  release(): void
}

export function nodeBody(readable: Readable): Body {
  return {
    read(onBytes, onEnd) {
      readable.on('data', onBytes)
      const end = () => onEnd(!readable.readableEnded)
      if (readable.closed) end()
      else readable.once('close', end)
    },
    destroy: () => readable.destroy(),
    release() {
      if (readable.destroyed) return
      const timer = setTimeout(() => readable.destroy(), graceMs)
      readable.once('close', () => clearTimeout(timer))
    },
  }
}

export function webBody(stream: ReadableStream<Uint8Array> | null): Body {
  const reader = stream?.getReader()
  return {
    read(onBytes, onEnd) {
      const pull = async () => {
        for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
          onBytes(next.value)
        }
      }
      pull().then(
        () => onEnd(false),
        () => onEnd(true),
      )
    },
    destroy() {
      // A stream that failed refuses to be cancelled with the error that its reader has already seen.
      reader?.cancel().catch(() => undefined)
    },
    release() {
      this.destroy()
    },
  }
}
