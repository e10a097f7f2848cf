import 'server-only'
import { performance } from 'node:perf_hooks'

/** Something to send, and when: milliseconds after the stream was made. */
export interface Frame {
  atMs: number
  text: string
}

/** Most that one read brings, in characters, when a reader comes back late. */
const mostAtOnce = 64 * 1024

/**
 * A response body that sends each frame at its time. Times are counted from the start, so lateness never adds up: what
 * fell due while the process or the reader was busy comes at once. Frames are taken as they are read, so a body that
 * nobody reads does nothing and holds nothing.
 * An error that `frames` returns breaks the body, like a connection that is cut. An abort of `signal` does so at once.
 */
export function pacedStream(
  frames: Iterator<Frame, Error | undefined>,
  signal: AbortSignal | null,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const startedAt = performance.now()
  let next = frames.next()
  let timer: NodeJS.Timeout | undefined
  let abort = () => {}

  function release(): void {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }

  function send(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const elapsed = performance.now() - startedAt
    let text = ''
    while (!next.done && (text === '' || next.value.atMs <= elapsed) && text.length < mostAtOnce) {
      text += next.value.text
      next = frames.next()
    }
    if (text !== '') controller.enqueue(encoder.encode(text))
    // The error waits for the next read, because it would take with it what is not read yet.
    else if (next.done && next.value) {
      release()
      controller.error(next.value)
    }
    if (next.done && !next.value) {
      release()
      controller.close()
    }
  }

  return new ReadableStream(
    {
      start(controller) {
        abort = () => {
          release()
          controller.error(signal?.reason)
        }
        if (signal?.aborted) abort()
        else signal?.addEventListener('abort', abort, { once: true })
      },
      pull(controller) {
        const waitMs = next.done ? 0 : next.value.atMs - (performance.now() - startedAt)
        if (waitMs <= 0) return send(controller)
        return new Promise<void>((resolve) => {
          timer = setTimeout(() => {
            send(controller)
            resolve()
          }, Math.ceil(waitMs))
        })
      },
      cancel: release,
    },
    { highWaterMark: 0 },
  )
}
