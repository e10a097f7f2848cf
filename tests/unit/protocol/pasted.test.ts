import { expect, test } from 'vitest'
import { bareKey, withoutEndpoint } from '@/lib/protocol/pasted'

test.each([
  'sk-abc_123',
  ' sk-abc_123\n',
  '"sk-abc_123"',
  "'sk-abc_123'",
  '`sk-abc_123`',
  '“sk-abc_123”',
  'Bearer sk-abc_123',
  'bearer  sk-abc_123',
  '"Bearer sk-abc_123"',
  "Bearer 'sk-abc_123'",
  'Authorization: Bearer sk-abc_123',
  'api-key: sk-abc_123',
  'OPENAI_API_KEY=sk-abc_123',
  'export OPENAI_API_KEY="sk-abc_123"',
  'sk-abc\n_123',
  '\u200Bsk-abc_123\uFEFF',
  '\tsk-abc_123,',
])('%j is the key it holds', (pasted) => {
  expect(bareKey(pasted)).toBe('sk-abc_123')
})

test.each(['', ' ', '""', 'Bearer '])('%j is no key', (pasted) => {
  expect(bareKey(pasted)).toBe('')
})

test.each(['bearerless', 'key=value', 'a=b:c', 'gsk_Bearer'])('%j stays as it is', (key) => {
  expect(bareKey(key)).toBe(key)
})

test.each([
  ['https://a.example/v1/chat/completions', 'https://a.example/v1'],
  ['https://a.example/v1/chat/completions/', 'https://a.example/v1'],
  ['https://a.example/v1/Chat/Completions', 'https://a.example/v1'],
  ['https://a.example/v1/completions', 'https://a.example/v1'],
  ['https://a.example/v1/models', 'https://a.example/v1'],
  ['https://a.example/v1/messages', 'https://a.example/v1'],
  ['https://a.example/v1/responses', 'https://a.example/v1'],
  ['https://a.example//', 'https://a.example'],
  [
    'https://a.example/openai/deployments/x/chat/completions?api-version=1',
    'https://a.example/openai/deployments/x?api-version=1',
  ],
  ['https://a.example/v1?', 'https://a.example/v1'],
  ['https://a.example/chat/v1', 'https://a.example/chat/v1'],
  ['https://a.example/supermodels', 'https://a.example/supermodels'],
])('%s is cut to %s', (pasted, base) => {
  expect(withoutEndpoint(pasted)).toBe(base)
})
