import { describe, expect, it } from 'vitest'
import type { Price } from '@/lib/protocol/prices'
import { fitted } from '@/lib/usage/context'
import { longestAnswer, sensibleLength } from '@/lib/usage/worst'

const price: Price = {
  ...{ provider: 'provider.example', model: 'model', currency: 'USD', input: '1', cachedInput: null, output: '2' },
  ...{ reasoning: null, longPrompt: null, contextWindow: null, maxOutput: null, date: '', source: '' },
}

describe('the longest answer to a prompt of 900 tokens', () => {
  it.each([
    ['of which nothing is known', {}, null, 4096],
    ['that writes 500', { maxOutput: 500 }, 500, 500],
    ['that writes 500, with room for 100', { maxOutput: 500, contextWindow: 1000 }, 100, 100],
    ['with room for 100, of which no more is known', { contextWindow: 1000 }, null, 100],
    ['with no room', { contextWindow: 800 }, null, 1],
    ['with much room', { contextWindow: 200_000 }, null, 4096],
  ])('of a model %s', (_, known, longest, sensible) => {
    expect(longestAnswer({ ...price, ...known }, 900)).toBe(longest)
    expect(sensibleLength({ ...price, ...known }, 900)).toBe(sensible)
  })
})

describe('an answer that is gone on with', () => {
  const turn = (name: string) => [
    { role: 'user', content: `${name} asks${' the'.repeat(20)}` },
    { role: 'assistant', content: `${name} hears${' the'.repeat(20)}` },
  ]
  const last = { role: 'user', content: 'And now?' }
  const messages = [{ role: 'system', content: 'Be brief.' }, ...turn('Ann'), ...turn('Bob'), last]
  const after = [
    { role: 'assistant', content: `So far${' the'.repeat(20)}` },
    { role: 'user', content: `Go on${' the'.repeat(20)}` },
  ]
  const fitting = async (window: number, more: { role: string; content: string }[]) =>
    (await fitted('gpt-4o', messages, { window, room: 10, after: more })).messages.map(({ content }) =>
      content.slice(0, 3),
    )

  it('takes its room from the oldest turns, and leaves the one it answers', async () => {
    expect(await fitting(150, [])).toEqual(['Be ', 'Ann', 'Ann', 'Bob', 'Bob', 'And'])
    expect(await fitting(150, after)).toEqual(['Be ', 'Bob', 'Bob', 'And'])
    expect(await fitting(60, after)).toEqual(['Be ', 'And'])
  })

  it('takes it from short turns as well', async () => {
    const short = ['Hi.', 'Hello!', 'And now?'].map((content, index) => ({
      role: index === 1 ? 'assistant' : 'user',
      content,
    }))
    const long = [{ role: 'assistant', content: ' the'.repeat(300) }]
    expect((await fitted('gpt-4o', short, { window: 320, room: 10, after: long })).messages).toEqual(short.slice(2))
    expect((await fitted('gpt-4o', short, { window: 360, room: 10, after: long })).messages).toEqual(short)
  })
})
