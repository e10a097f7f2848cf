import 'server-only'
import { oncePerProcess } from '@/lib/process'
import { heartbeat } from '@/lib/protocol/sse'
import type { LogReader } from './log'

/** After so much silence a comment goes out, so that no proxy takes a thinking model for a dead connection. */
const HEARTBEAT_MS = 15_000

const comment = new TextEncoder().encode(heartbeat)

/**
 * An event-stream response that follows a log. It is pulled: bytes are taken from the log only when the client has
 * room for them, so a client that stops reading costs nothing. A client that goes away only ends its reading.
 */
export async function eventStream(openLog: (wake: () => void) => Promise<LogReader>): Promise<Response> {
  let open = true
  let waiting = false
  let wake = () => {}
  const reader = await openLog(() => wake())
  const quiet = quietReaders()
  let beat = () => {}

  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(comment)
      beat = () => {
        if (open && waiting) controller.enqueue(comment)
      }
      wake = () => {
        if (!open || !waiting) return
        const { bytes, done } = reader.take()
        if (!bytes && !done) return
        quiet.heard(beat)
        // Both before `enqueue`, which may pull, and so come back here, before it returns.
        waiting = false
        if (done) close()
        if (bytes) controller.enqueue(bytes)
        if (done) controller.close()
      }
    },
    pull() {
      if (!open) return
      // From the first pull on: a response that nobody reads, as to a HEAD request, is never cancelled either.
      quiet.heard(beat)
      waiting = true
      wake()
    },
    cancel: close,
  })

  function close(): void {
    open = false
    quiet.delete(beat)
    reader.close()
  }

  return new Response(body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    },
  })
}

/** One timer that sends the heartbeat to every reader that has been quiet for long enough. */
function quietReaders() {
  return oncePerProcess('quiet readers', () => {
    const heardAt = new Map<() => void, number>()
    setInterval(() => {
      const now = Date.now()
      for (const [beat, at] of heardAt) {
        if (now - at < HEARTBEAT_MS - 1000) continue
        heardAt.set(beat, now)
        beat()
      }
    }, 1000).unref()
    return {
      heard: (beat: () => void) => heardAt.set(beat, Date.now()),
      delete: (beat: () => void) => heardAt.delete(beat),
    }
  })
}
