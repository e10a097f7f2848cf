import { expect, test } from 'vitest'
import type { ModelGroup } from '@/lib/protocol/api'
import { nameIn } from '@/lib/protocol/references'

const own = '01a22c0f-7a3e-7000-8000-0123456789ab'
const group = (providerId: string, kind: ModelGroup['kind'], ids: string[]): ModelGroup => ({
  ...{ providerId, kind, name: providerId, problem: null },
  models: ids.map((id) => ({ id, name: id })),
})
const server = group('environment-58fc9ccc7040', 'environment', ['gpt-4o', 'ollama:odd'])

test('a model’s name has no internal prefix, whether or not its provider exists', () => {
  const references = [
    `${own}:gpt-4o`,
    'environment-00ff:gpt-4o',
    'lmstudio:qwen',
    'demo:rill-demo',
    'llama3:8b',
    'gpt-4o',
  ]
  const names = ['gpt-4o', 'gpt-4o', 'qwen', 'rill-demo', 'llama3:8b', 'gpt-4o']
  for (const groups of [[], [server], [server, group(own, 'own', []), group('lmstudio', 'local', [])]])
    expect(references.map((reference) => nameIn(groups, reference))).toEqual(names)
  expect(nameIn([server], 'ollama:odd')).toBe('ollama:odd')
  expect(nameIn([server], 'environment-58fc9ccc7040:ollama:odd')).toBe('ollama:odd')
})
