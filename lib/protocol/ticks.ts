import { createParser } from 'eventsource-parser'
import * as z from 'zod/mini'

/** How many events the self-test of a connection has. */
export const TICKS = 8

const tick = z.object({ tick: z.number(), sentAt: z.number() })

/** One event of the self-test. Epoch milliseconds, each of its own machine's clock: only differences compare. */
export interface Tick {
  sentAt: number
  arrivedAt: number
}

/** Whether a stream arrives as it is sent. `heldMs` is how long the first event was kept back behind the last. */
export type Streaming = { smooth: true } | { smooth: false; heldMs: number }

/** Reads the self-test's body to its end. @throws {Error} when it is not one, or is cut. */
export async function readTicks(body: ReadableStream<Uint8Array>, now: () => number): Promise<Tick[]> {
  const ticks: Tick[] = []
  const parser = createParser({
    onEvent({ data }) {
      ticks.push({ sentAt: tick.parse(JSON.parse(data)).sentAt, arrivedAt: now() })
    },
  })
  const text = new TextDecoder()
  const reader = body.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read())
    parser.feed(text.decode(next.value, { stream: true }))
  if (ticks.length !== TICKS) throw new Error(`The self-test ended after ${ticks.length} of ${TICKS} events`)
  return ticks
}

/** What the times of the ticks say: events that were sent apart and arrive together were held back on the way. */
export function streamingOf(ticks: Tick[]): Streaming {
  const spread = (at: (tick: Tick) => number) => {
    const times = ticks.map(at)
    return Math.max(...times) - Math.min(...times)
  }
  const sent = spread((each) => each.sentAt)
  const heldMs = Math.round(sent - spread((each) => each.arrivedAt))
  return heldMs > sent / 2 ? { smooth: false, heldMs } : { smooth: true }
}
