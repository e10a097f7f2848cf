import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { againAfter, problemFromPayload } from '@/lib/upstream/problems'
import { aboutAddresses, aboutModels } from './refusals/addresses'
import { lengths, notLengths } from './refusals/lengths'
import { limits } from './refusals/limits'
import { filters, keys, loading, notLoading, purses } from './refusals/reasons'
import type { Sent } from './refusals/sent'
import { inside, wrapped } from './refusals/wrapped'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 5, 1, 12) }))
afterEach(() => void vi.useRealTimers())

const groups: [string, Sent[]][] = [
  ['a model', aboutModels],
  ['the address', aboutAddresses],
  ['a limit of requests', limits],
  ['a conversation that is too long', lengths],
  ['something else with a limit', notLengths],
  ['an empty purse', purses],
  ['a filter', filters],
  ['a key', keys],
  ['a model that is loading', loading],
  ['a model that is not loading', notLoading],
  ['an error within an error', wrapped],
  ['an error inside a 200', inside],
]
describe.each(groups)('about %s', (_, sent) => {
  test.each(sent)('$from', ({ status, body, kind, again, says, next }) => {
    const problem = problemFromPayload(body, status)
    const { message } = problem
    expect({ kind: problem.kind, message }).toMatchObject({ kind, message: expect.stringContaining(says) })
    expect(message.startsWith(says)).toBe(true)
    if (next) expect(message).toMatch(next)
    expect(message.length).toBeLessThan(480)
    expect(againAfter(problem)?.afterMs).toBe(again)
    expect(againAfter(problem)?.loading ?? false).toBe(sent === loading)
  })
})

test('what is read of it takes no time, whatever it holds', () => {
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
