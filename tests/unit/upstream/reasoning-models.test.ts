import { expect, test } from 'vitest'
import { clocksFor } from '@/lib/upstream/reasoning-models'

const clocks = { headersMs: 1, firstTokenMs: 2, idleMs: 3 }

test.each([
  ...['o1', 'o1-mini', 'o3-2025-04-16', 'openai/o4-mini', 'gpt-5', 'gpt-5.1', 'gpt-5-mini', 'openai/gpt-5-nano'],
  ...['deepseek-reasoner', 'deepseek-r1:70b', 'deepseek/deepseek-r1-0528', 'DeepSeek-R1-Distill-Llama-8B'],
  ...['qwq:32b', 'Qwen/QwQ-32B', 'qwen3-235b-a22b-thinking-2507', 'kimi-k2-thinking', 'grok-4-fast-reasoning'],
  ...['anthropic/claude-3.7-sonnet:thinking', 'magistral-small', 'rill-demo-reasoning'],
])('%s has ten minutes to its headers and its first word, and no more between words', (model) => {
  expect(clocksFor(model, clocks)).toEqual({ ...clocks, headersMs: 600_000, firstTokenMs: 600_000 })
})

test.each([
  'gpt-4o',
  'gpt-4.1',
  'gpt-5-chat-latest',
  'llama-3.3-70b',
  'o12-large',
  'grok-4-fast-non-reasoning',
  'demo1',
  'phi4',
  'non-thinkingly',
])('%s has what the settings say', (model) => {
  expect(clocksFor(model, clocks)).toEqual(clocks)
})

test('a setting above ten minutes holds', () => {
  expect(clocksFor('o3', { ...clocks, firstTokenMs: 900_000 }).firstTokenMs).toBe(900_000)
})

test('what a person chose for a provider wins, longer or shorter', () => {
  const patience = { firstTokenTimeoutMs: 5_000, idleTimeoutMs: 900_000 }
  expect(clocksFor('o3', clocks, patience)).toEqual({ headersMs: 5_000, firstTokenMs: 5_000, idleMs: 900_000 })
  const half = { firstTokenTimeoutMs: null, idleTimeoutMs: 2_000 }
  expect(clocksFor('o3', clocks, half)).toEqual({ headersMs: 600_000, firstTokenMs: 600_000, idleMs: 2_000 })
})
