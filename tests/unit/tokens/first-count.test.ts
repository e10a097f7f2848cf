import { expect, it } from 'vitest'
import { createTokenCounter } from '@/lib/tokens/token-counter'
import { loadTokenizer } from '@/lib/tokens/tokenizers'
import { message, seeded } from './texts'

it.each([
  ['o200k', 'gpt-4o'],
  ['cl100k', 'gpt-4'],
] as const)('the first count after %s is loaded takes no longer than others', async (encoding, model) => {
  await loadTokenizer(encoding)
  const counter = await createTokenCounter(model)
  counter.add(message(seeded(20)).padEnd(200, ' and on').slice(0, 200))
  const processor = process.cpuUsage()
  const wall = performance.now()
  counter.estimate()
  const { user, system } = process.cpuUsage(processor)
  expect(Math.min(performance.now() - wall, (user + system) / 1000)).toBeLessThan(4)
})
