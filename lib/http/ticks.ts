import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { eventStreamHeaders } from '@/lib/protocol/sse'
import { TICKS } from '@/lib/protocol/ticks'

const TICK_INTERVAL_MS = 150

/** Streams short events at even intervals, each with the time it was sent, to show whether a proxy on the way buffers them. */
export function tickStream(): Response {
  const utf8 = new TextEncoder()
  let tick = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (tick > 0) await wait(TICK_INTERVAL_MS)
      tick++
      controller.enqueue(utf8.encode(`data: ${JSON.stringify({ tick, sentAt: Date.now() })}\n\n`))
      if (tick === TICKS) controller.close()
    },
  })
  return new Response(body, { headers: eventStreamHeaders })
}
