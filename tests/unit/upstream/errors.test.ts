import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { problemFromPayload, retryAdvice } from '@/lib/upstream/errors/problems'
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ask } from './ask'
import { aboutAddresses, aboutModels } from './errors/addresses'
import type { ErrorCase } from './errors/error-case'
import { lengths, notLengths } from './errors/lengths'
import { limits } from './errors/limits'
import { filters, keys, loading, notLoading, purses } from './errors/reasons'
import { inOtherScripts } from './errors/scripts'
import { inside, wrapped } from './errors/wrapped'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 5, 1, 12) }))
afterEach(() => void vi.useRealTimers())

const groups: [string, ErrorCase[]][] = [
  ['a model', aboutModels],
  ['the address', aboutAddresses],
  ['a limit of requests', limits],
  ['a conversation that is too long', lengths],
  ['something else with a limit', notLengths],
  ['an account out of credit', purses],
  ['a filter', filters],
  ['a key', keys],
  ['a model that is loading', loading],
  ['a model that is not loading', notLoading],
  ['an error within an error', wrapped],
  ['an error inside a 200', inside],
  ['anything, in other scripts', inOtherScripts],
]
describe.each(groups)('about %s', (_, sent) => {
  test.each(sent)('$from', ({ status, body, kind, again, says, next }) => {
    const problem = problemFromPayload(body, status)
    const { message } = problem
    expect({ kind: problem.kind, message }).toMatchObject({ kind, message: expect.stringContaining(says) })
    expect(message.startsWith(says)).toBe(true)
    if (next) expect(message).toMatch(next)
    expect(message.length).toBeLessThan(480)
    expect(retryAdvice(problem)?.afterMs).toBe(again)
    expect(retryAdvice(problem)?.loading ?? false).toBe(sent === loading)
  })
})

describe('the same errors over the wire', () => {
  let upstream: ScriptedUpstream
  beforeAll(async () => {
    upstream = await startScriptedUpstream()
  })
  afterAll(() => upstream.stop())

  test.each(groups)('about %s', async (_, sent) => {
    vi.useRealTimers()
    for (const { from, status, body, kind, again, says } of sent) {
      const json = JSON.stringify(body)
      const inside = typeof body === 'string' ? JSON.stringify({ error: body }) : json
      const text = typeof body === 'string' ? body : json
      const head = { status: status ?? 200, headers: { 'content-type': 'application/json' } }
      upstream.script([head, { write: status === undefined ? inside : text || ' ' }, { end: true }])
      const { end } = await ask(upstream.baseUrl)
      expect({ from, kind: end.problem?.kind, again: end.retry !== undefined }).toEqual({
        from,
        kind,
        again: again !== undefined,
      })
      expect(end.problem?.message).toContain(says)
    }
  })
})

test.each<[string, unknown]>([
  [
    'names of prototypes',
    { __proto__: { message: 'x' }, constructor: 'x', error: { code: '__proto__', type: 'toString' } },
  ],
  ['numbers for words', { message: 7, error: { message: [1, null, true], code: {} } }],
  ['nothing', null],
  ['a list of lists', [[[[[[[[[['deep']]]]]]]]]]],
  ['halves of characters', { error: { message: 'a\uD800b\u0000c and more of it' } }],
  ['a code that is a document', { error: { code: 'x'.repeat(100_000), message: '{"error":' } }],
])('%s is read without throwing, and never shown unchanged', (_, payload) => {
  for (const status of [undefined, 400, 404, 429, 500]) {
    const { message } = problemFromPayload(payload, status)
    expect(message).not.toMatch(/\[object|undefined|null|NaN/)
    expect(message.isWellFormed()).toBe(true)
    expect(message.length).toBeLessThan(480)
  }
})

test.each<[string, number | undefined]>([
  ['max_tokens must be at most 4096', 4096],
  ['max_tokens is too large: 100000. This model supports at most 16,384 completion tokens.', 16_384],
  ['max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens', 64_000],
  ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', 8192],
  ['`max_tokens` must be less than or equal to `32768`, the maximum value for `max_tokens`', 32_768],
  ["'max_tokens' is too large: 100000. This model has a maximum of 32768 tokens (100000 > 32768 - 20).", 32_748],
  ['The max_tokens parameter in the request exceeds the limit of 8192', 8192],
  ['maxOutputTokens of 100000 is out of the supported range from 1 (inclusive) to 8193 (exclusive).', 8192],
  ['max_tokens is too large', undefined],
  ['The input token count (12) exceeds the maximum of 10 tokens', undefined],
])('the largest max_tokens that is allowed: %s', (message, limit) => {
  expect(problemFromPayload({ error: { message } }, 400).lowerMaxTokens).toBe(limit)
})

test('reading any error body is fast', () => {
  vi.useRealTimers()
  const startedAt = performance.now()
  const pieces = [
    'a ',
    '{"',
    "{'a':",
    '[{',
    '\\',
    'Error: ',
    'A.B.',
    '429 ',
    ' ',
    '.',
    'model ',
    'max_tokens ',
    'invalid ',
    "'",
    '{"error":"{',
  ]
  for (const piece of pieces) problemFromPayload({ error: { message: piece.repeat(100_000) } }, 400)
  let nested: unknown = 'the end'
  for (let depth = 0; depth < 2000; depth++) nested = { error: nested, errors: [nested] }
  problemFromPayload(nested, 400)
  expect(performance.now() - startedAt).toBeLessThan(1000)
})
