import { describe, expect, it } from 'vitest'
import type { Part } from '@/lib/protocol/messages'
import { DeltaBuffer } from '@/lib/runs/delta-buffer'

const startedAt = 10_000
const arrivals = (before: Part[] = []) => new DeltaBuffer(startedAt, before)
const delta = (text: string) => ({ type: 'delta', data: { text } })
const reasoning = (text: string) => ({ type: 'reasoning', data: { text } })
const thought = (ms: number) => ({ type: 'thought', data: { ms } })

describe('what has arrived', () => {
  it('is told once, and joined where it is of one kind', () => {
    const arrived = arrivals()
    arrived.add('delta', 'The ', 10_500)
    arrived.add('delta', 'river', 10_600)
    expect([arrived.isEmpty, arrived.drain()]).toEqual([false, [delta('The river')]])
    expect([arrived.isEmpty, arrived.drain()]).toEqual([true, []])
    arrived.add('delta', ' rises', 10_700)
    expect(arrived.drain()).toEqual([delta(' rises')])
  })
})

describe('how long a model thought', () => {
  it('counts from the start of the generation at first, over many flushes', () => {
    const arrived = arrivals()
    arrived.add('reasoning', 'Hm, ', 11_000)
    expect(arrived.drain()).toEqual([reasoning('Hm, ')])
    arrived.add('reasoning', 'well.', 12_000)
    expect(arrived.drain()).toEqual([reasoning('well.')])
    arrived.add('delta', 'Yes', 13_000)
    arrived.add('delta', '.', 14_000)
    expect(arrived.drain()).toEqual([thought(3000), delta('Yes.')])
  })

  it('counts from their own beginning for later thoughts', () => {
    const arrived = arrivals()
    arrived.add('reasoning', 'Hm.', 11_000)
    arrived.add('delta', 'Yes.', 13_000)
    arrived.drain()
    arrived.add('reasoning', 'Or?', 17_000)
    arrived.drain()
    arrived.add('delta', 'No.', 17_400)
    expect(arrived.drain()).toEqual([thought(400), delta('No.')])
  })

  it('counts from their own beginning for thoughts that come after text', () => {
    const arrived = arrivals()
    arrived.add('delta', 'Let me see.', 11_000)
    arrived.add('reasoning', 'Hm.', 13_000)
    arrived.add('delta', 'Yes.', 13_500)
    expect(arrived.drain()).toEqual([delta('Let me see.'), reasoning('Hm.'), thought(500), delta('Yes.')])
  })

  it('is told of each of two in one flush', () => {
    const arrived = arrivals()
    arrived.add('reasoning', 'Hm.', 11_000)
    arrived.add('delta', 'Yes.', 11_200)
    arrived.add('reasoning', 'Or?', 11_300)
    arrived.add('delta', 'No.', 11_350)
    expect(arrived.drain()).toEqual([
      ...[reasoning('Hm.'), thought(1200), delta('Yes.')],
      ...[reasoning('Or?'), thought(50), delta('No.')],
    ])
  })

  it('adds to what the part has that it goes on with', () => {
    const arrived = arrivals([{ type: 'reasoning', text: 'Hm, ', ms: 2500 }])
    arrived.add('reasoning', 'well.', 11_000)
    arrived.add('delta', 'Yes.', 13_000)
    arrived.add('reasoning', 'Or?', 15_000)
    arrived.add('delta', 'No.', 16_000)
    expect(arrived.drain()).toEqual([
      ...[reasoning('well.'), thought(5500), delta('Yes.')],
      ...[reasoning('Or?'), thought(1000), delta('No.')],
    ])
  })

  it('adds nothing to thoughts that are over, or whose time a crash took', () => {
    const over = arrivals([
      { type: 'reasoning', text: 'Hm.', ms: 2500 },
      { type: 'text', text: 'Yes' },
    ])
    over.add('reasoning', 'Or?', 11_000)
    const crashed = arrivals([{ type: 'reasoning', text: 'Hm, ' }])
    crashed.add('reasoning', 'well.', 11_000)
    for (const arrived of [over, crashed]) {
      arrived.endThought(12_000)
      expect(arrived.drain().at(-1)).toEqual(thought(2000))
    }
  })

  it('is told of thoughts that end with the run, and of nothing else then', () => {
    const arrived = arrivals([{ type: 'reasoning', text: 'Hm, ', ms: 2500 }])
    arrived.endThought(10_500)
    expect(arrived.drain()).toEqual([])
    arrived.add('reasoning', 'well.', 11_000)
    arrived.drain()
    arrived.endThought(12_000)
    arrived.endThought(13_000)
    expect(arrived.drain()).toEqual([thought(4500)])
  })
})

describe('text that was reasoning', () => {
  const reclassify = (length: number) => ({ type: 'reclassify', data: { length } })

  it('is told by its length, and took its time from the start of the generation', () => {
    const arrived = arrivals()
    arrived.add('delta', 'Let me ', 11_000)
    expect(arrived.drain()).toEqual([delta('Let me ')])
    arrived.add('delta', 'see', 12_000)
    arrived.reclassify()
    arrived.add('reasoning', '.', 12_500)
    arrived.add('delta', 'Yes.', 13_000)
    expect(arrived.drain()).toEqual([delta('see'), reclassify(10), reasoning('.'), thought(3000), delta('Yes.')])
  })

  it('is what this generation wrote, and no more than it', () => {
    const arrived = arrivals([{ type: 'text', text: 'What was there' }])
    arrived.add('delta', 'hm', 11_000)
    arrived.reclassify()
    arrived.endThought(12_000)
    expect(arrived.drain()).toEqual([delta('hm'), reclassify(2), thought(2000)])
    arrived.reclassify()
    expect(arrived.isEmpty).toBe(true)
  })
})
