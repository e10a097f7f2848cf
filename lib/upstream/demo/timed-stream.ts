import 'server-only'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

/** Text to send, and when: milliseconds after the stream was made. */
export interface Frame {
  atMs: number
  text: string
}

/**
 * A response body that sends each frame at its time by the clock: whatever is overdue comes at once, so delays never add
 * up. Frames are pulled, so a body that nobody reads holds no timer.
 * An error that `frames` returns breaks the body, as does an abort of `signal`, at once and with its reason.
 */
export function timedStream(
  frames: Iterator<Frame, Error | undefined>,
  signal: AbortSignal | null,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const startedAt = performance.now()
  const cancelled = new AbortController()
  const ended = signal ? AbortSignal.any([signal, cancelled.signal]) : cancelled.signal
  const elapsed = () => performance.now() - startedAt
  let next = frames.next()
  const send = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    let text = ''
    do {
      text += next.done ? '' : next.value.text
      next = frames.next()
    } while (!next.done && next.value.atMs <= elapsed())
    controller.enqueue(encoder.encode(text))
    // An error waits for the next read: it would discard what has not been read yet.
    if (next.done && !next.value) controller.close()
  }
  return new ReadableStream(
    {
      start(controller) {
        signal?.addEventListener('abort', () => controller.error(signal.reason), { signal: cancelled.signal })
      },
      pull(controller) {
        if (next.done) return controller.error(next.value)
        const waitMs = Math.ceil(next.value.atMs - elapsed())
        if (waitMs <= 0) return send(controller)
        return wait(waitMs, undefined, { signal: ended }).then(() => send(controller))
      },
      cancel: () => cancelled.abort(),
    },
    { highWaterMark: 0 },
  )
}
