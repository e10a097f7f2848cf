import { createParser } from 'eventsource-parser'
import * as z from 'zod/mini'

/** How many events the streaming self-test has. */
export const TICKS = 8

const tick = z.object({ tick: z.number(), sentAt: z.number() })

/** One event of the self-test, in epoch ms by each machine's own clock: only differences can be compared. */
export interface Tick {
  sentAt: number
  arrivedAt: number
}

/** Whether a stream arrives as it is sent. `heldMs` is how long the first event was buffered. */
export type Streaming = { smooth: true } | { smooth: false; heldMs: number }

/** Reads the self-test to its end. @throws {Error} when the body is something else, or is cut. */
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

/** Events that were sent apart and arrive together were buffered on the way. */
export function streamingOf(ticks: Tick[]): Streaming {
  const spread = (at: (tick: Tick) => number) => {
    const times = ticks.map(at)
    return Math.max(...times) - Math.min(...times)
  }
  const sent = spread((each) => each.sentAt)
  const heldMs = Math.round(sent - spread((each) => each.arrivedAt))
  return heldMs > sent / 2 ? { smooth: false, heldMs } : { smooth: true }
}
