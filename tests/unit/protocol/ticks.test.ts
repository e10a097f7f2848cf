import { expect, test } from 'vitest'
import { readTicks, streamingOf, TICKS } from '@/lib/protocol/ticks'

const sent = Array.from({ length: TICKS }, (_, n) => 1_000 + n * 150)

test('ticks that arrive as they were sent, give or take a little, are smooth', () => {
  const jitter = [0, 40, -20, 60, 10, -30, 80, 20]
  expect(streamingOf(sent.map((sentAt, n) => ({ sentAt, arrivedAt: sentAt + 9_000 + (jitter[n] ?? 0) })))).toEqual({
    smooth: true,
  })
})

test('ticks that arrive together were buffered for as long as they were sent apart', () => {
  expect(streamingOf(sent.map((sentAt) => ({ sentAt, arrivedAt: 50 })))).toEqual({ smooth: false, heldMs: 1050 })
})

test('a body is read wherever it is cut, and one that ends early is an error', async () => {
  const bytes = new TextEncoder().encode(
    sent.map((sentAt, n) => `data: ${JSON.stringify({ tick: n + 1, sentAt })}\n\n`).join(''),
  )
  const bodyOf = (all: Uint8Array) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < all.length; at += 7) controller.enqueue(all.subarray(at, at + 7))
        controller.close()
      },
    })
  const ticks = await readTicks(bodyOf(bytes), () => 5)
  expect(ticks).toEqual(sent.map((sentAt) => ({ sentAt, arrivedAt: 5 })))
  await expect(readTicks(bodyOf(bytes.subarray(0, 90)), () => 5)).rejects.toThrow('ended after')
})
