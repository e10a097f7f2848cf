import { describe, expect, test } from 'vitest'
import { cleanMessage } from '@/lib/upstream/clean'
import { problemFromPayload } from '@/lib/upstream/problems'
import { unaskedTools } from '@/lib/upstream/words'

describe('a provider’s own words', () => {
  test.each<[string, string, string]>([
    [
      'a masked key',
      'Incorrect API key provided: sk-proj-abc***************wxyz. Find yours online.',
      'Incorrect API key provided: [key] Find yours online.',
    ],
    ['a bearer token', 'Header was "Bearer abcdef.123456"', 'Header was "[key]"'],
    ['a key of another shape', 'Invalid key gsk_AbCdEf123456 here', 'Invalid key [key] here'],
    ['a key that is starred', 'key my-ke***********y-42 is wrong', 'key [key] is wrong'],
    ['a named secret', 'api_key=hunter2 refused', 'api_key=[key] refused'],
    ['a long token', 'token 0123456789abcdef0123456789abcdef expired', 'token [key] expired'],
    ['an inner address', 'connect to 10.0.3.7:8000 failed', 'connect to [address] failed'],
    ['an inner URL', 'GET http://vllm.models.internal:8000/v1/x failed', 'GET [address] failed'],
    ['localhost', 'no answer from localhost:11434', 'no answer from [address]'],
    ['an IPv6 address', 'connect to [fd00:1:2:3:4:5:6:7]:80 failed', 'connect to [address] failed'],
    ['a path', 'No such file: /usr/lib/python3/site-packages/vllm.py', 'No such file: [path]'],
    ['a stack', 'TypeError: x\n    at Server.run (/srv/app.js:1:2)\n    at main', 'TypeError: x'],
    ['a traceback', 'Failed Traceback (most recent call last):\n  File "x.py"', 'Failed'],
    ['tags', 'Sorry, <b>no</b> luck', 'Sorry, no luck'],
    ['control characters', 'a\u0000\u001b[31mb\u202ec\nd', 'a [31mb c d'],
    [
      'nothing to hide',
      'The model `gpt-4o-mini-2024-07-18` does not exist',
      'The model `gpt-4o-mini-2024-07-18` does not exist',
    ],
  ])('%s', (_, said, shown) => {
    expect(cleanMessage(said)).toBe(shown)
  })

  test('are cut at 300 characters, between characters', () => {
    const shown = cleanMessage(`${'a'.repeat(298)}😀😀😀`) ?? ''
    expect(shown.length).toBeLessThanOrEqual(300)
    expect(shown.endsWith('…')).toBe(true)
    expect(shown).not.toMatch(/\p{Cs}/u)
  })

  test.each(['', ' \n', '<!DOCTYPE html><html></html>', '<html lang="en"><body>x'])('%j is nothing to show', (said) => {
    expect(cleanMessage(said)).toBeUndefined()
  })

  test('take no time to clean, whatever they hold', () => {
    const startedAt = performance.now()
    for (const piece of ['a', '*', '<', 'sk-', 'Bearer ', ':a', 'localhost.', '\n at ', 'api key'])
      cleanMessage(piece.repeat(100_000))
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})

describe('an error object', () => {
  test.each<[string, unknown, object]>([
    ['a string', 'Boom', { kind: 'upstream', upstreamMessage: 'Boom', retryable: true }],
    [
      'nested',
      { error: { message: 'Boom', code: 'rate_limit_exceeded' } },
      { kind: 'rate_limit', upstreamMessage: 'Boom' },
    ],
    ['a status as a number', { code: 401, message: 'Boom' }, { kind: 'auth', upstreamStatus: 401, retryable: false }],
    ['a status as text', { code: '503', message: 'Boom' }, { kind: 'upstream', upstreamStatus: 503 }],
    ['FastAPI’s', { detail: [{ msg: 'field required' }] }, { upstreamMessage: 'field required' }],
    ['nothing', {}, { kind: 'upstream', upstreamMessage: undefined }],
    ['null', null, { kind: 'upstream' }],
    ['names of methods as codes', { code: 'constructor', type: '__proto__', message: 'x' }, { kind: 'upstream' }],
    ['odd types', { message: { a: 1 }, code: [], type: 7 }, { kind: 'upstream', upstreamMessage: undefined }],
    ['numbers that are no status', { code: 1e9, message: 'x' }, { upstreamStatus: undefined }],
    ['a page', { message: '<html><body>x</body></html>' }, { message: expect.stringContaining('web page') }],
  ])('%s', (_, payload, problem) => {
    expect(problemFromPayload(payload)).toMatchObject(problem)
  })
})

test('the names of tools are cleaned and cut', () => {
  const { message } = unaskedTools(['<script>x</script>', 'y'.repeat(500)])
  expect(message).not.toContain('<script>')
  expect(message.length).toBeLessThan(300)
})
