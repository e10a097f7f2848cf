import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { eventStreamHeaders } from '@/lib/protocol/sse'
import { TICKS } from '@/lib/protocol/ticks'

const EVERY_MS = 150

/** A stream of short events at an even pace, each with the time it was sent: whoever reads it sees what a proxy on the way does to it. */
export function tickStream(): Response {
  const utf8 = new TextEncoder()
  let tick = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (tick > 0) await wait(EVERY_MS)
      tick++
      controller.enqueue(utf8.encode(`data: ${JSON.stringify({ tick, sentAt: Date.now() })}\n\n`))
      if (tick === TICKS) controller.close()
    },
  })
  return new Response(body, { headers: eventStreamHeaders })
}
