import 'server-only'

/** A response body that pushes its bytes to a reader. */
export interface Body {
  /** Calls `onBytes` with each network read, and `onEnd` once: with true when the connection broke. */
  read(onBytes: (bytes: Uint8Array) => void, onEnd: (cut: boolean) => void): void
  /** Stops reading from the socket until `resume`. */
  pause(): void
  resume(): void
  /** Closes the connection at once. */
  destroy(): void
  /** Ignores the rest: closes the connection unless the body ends within a moment. */
  release(): void
}

/** The body of a Response made in this process. */
export function webBody(stream: ReadableStream<Uint8Array> | null): Body {
  const reader = stream?.getReader()
  let paused: Promise<void> | null = null
  let unpause = () => {}
  return {
    read(onBytes, onEnd) {
      const pull = async () => {
        for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
          onBytes(next.value)
          await paused
        }
      }
      pull().then(
        () => onEnd(false),
        () => onEnd(true),
      )
    },
    pause() {
      paused = new Promise((resolve) => {
        unpause = resolve
      })
    },
    resume: () => unpause(),
    destroy() {
      // Cancelling a failed stream rejects with the error that its reader has already seen.
      reader?.cancel().catch(() => undefined)
    },
    release() {
      this.destroy()
    },
  }
}

/** Reads the text of a body up to `limit` bytes, and whether its connection broke before that. */
export function readStart(body: Body, limit: number): Promise<{ text: string; cut: boolean }> {
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = []
    let length = 0
    body.read(
      (piece) => {
        pieces.push(piece)
        length += piece.byteLength
        if (length >= limit) body.destroy()
      },
      (cut) => resolve({ text: Buffer.concat(pieces).subarray(0, limit).toString('utf8'), cut: cut && length < limit }),
    )
  })
}
