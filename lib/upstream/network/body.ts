import 'server-only'

/** A response body as its reader sees it. */
export interface Body {
  /** `onBytes` gets each network read, `onEnd` comes once: with true when the connection broke. */
  read(onBytes: (bytes: Uint8Array) => void, onEnd: (cut: boolean) => void): void
  /** Leaves what comes where it is, until `resume`. */
  pause(): void
  resume(): void
  /** Ends the connection at once. */
  destroy(): void
  /** Nothing more is wanted: ends the connection unless the server is just about to. */
  release(): void
}

/** The body of a Response that was made in this process. */
export function webBody(stream: ReadableStream<Uint8Array> | null): Body {
  const reader = stream?.getReader()
  let paused: Promise<void> | null = null
  let go = () => {}
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
        go = resolve
      })
    },
    resume: () => go(),
    destroy() {
      // A stream that failed refuses to be cancelled with the error that its reader has already seen.
      reader?.cancel().catch(() => undefined)
    },
    release() {
      this.destroy()
    },
  }
}

/** The text of a body, cut at `limit` bytes, and whether its connection broke before that. */
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
