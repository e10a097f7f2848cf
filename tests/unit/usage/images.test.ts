import { expect, it } from 'vitest'
import { imageTokens } from '@/lib/usage/images'

it.each([
  // The guide's own examples.
  ['gpt-4o', 1024, 1024, 'high', 765],
  ['gpt-4o', 2048, 4096, 'high', 1105],
  ['gpt-4o-2024-08-06', 4096, 8192, 'low', 85],
  ['gpt-5-mini', 1024, 1024, 'high', 1659],
  ['gpt-5-mini', 1800, 2400, 'high', 2352],
  // By the same rules.
  ['gpt-4o-mini', 512, 512, 'high', 2833 + 5667],
  ['gpt-4o-mini', 512, 512, 'low', 2833],
  ['openai/o4-mini', 32, 32, 'high', 2],
  ['gpt-4.1-nano', 33, 32, 'high', 5],
  ['o3', 10, 10, 'high', 225],
  ['gpt-5', 769, 769, 'high', 70 + 4 * 140],
  // A very wide one, and those whose rule is not known.
  ['gpt-4.1-mini', 100_000, 1, 'high', 2488],
  ['gpt-5.2', 100, 100, 'high', null],
  ['gpt-4o-audio-preview', 100, 100, 'high', null],
  ['claude-sonnet-4-5', 100, 100, 'high', null],
] as const)('an image for %s of %d × %d, detail %s, is %s tokens', (model, width, height, detail, tokens) => {
  expect(imageTokens(model, width, height, detail)).toBe(tokens)
})
