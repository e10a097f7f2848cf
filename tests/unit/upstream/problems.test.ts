import { describe, expect, test } from 'vitest'
import { unexpectedToolCalls } from '@/lib/upstream/errors/messages'
import { isTransient, problemFromPayload } from '@/lib/upstream/errors/problems'
import { cleanMessage, withoutSecrets } from '@/lib/upstream/errors/redact'
import { connectionTo } from './ask'

describe('a provider’s message', () => {
  test.each<[string, string, string]>([
    [
      'a masked key',
      'Incorrect API key provided: sk-proj-abc***************wxyz. Find yours online.',
      'Incorrect API key provided: [key]. Find yours online.',
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
    ['a host with its port', "connect to host='vllm-7b.models:8000' failed", "connect to host='[address]' failed"],
    ['a pool of Python’s', "HTTPConnectionPool(host='vllm', port=8000): Max retries", '[address]: Max retries'],
    ['a path', 'No such file: /usr/lib/python3/site-packages/vllm.py', 'No such file: [path]'],
    ['a stack', 'TypeError: x\n    at Server.run (/srv/app.js:1:2)\n    at main', 'TypeError: x'],
    ['a traceback', 'Failed Traceback (most recent call last):\n  File "x.py"', 'Failed'],
    ['tags', 'Sorry, <b>no</b> luck', 'Sorry, no luck'],
    ['control characters', 'a\u0000\u001b[31mb\u202ec\nd', 'a [31mb c d'],
    [
      'where a key is found',
      'You can find your API key at https://platform.openai.com/account/api-keys.',
      'You can find your API key at https://platform.openai.com/account/api-keys.',
    ],
    ['a key at the end of a sentence', 'Your key is sk-abcdef1234. Renew it!', 'Your key is [key]. Renew it!'],
    ['a key before an ellipsis', 'Got key-4f9a8b7c... Try another', 'Got [key]... Try another'],
    ['a bearer token in brackets', 'Refused (Bearer abcdef.123456).', 'Refused ([key]).'],
    ['a named secret at the end', 'Refused: api_key=hunter2. Try another', 'Refused: api_key=[key]. Try another'],
    ['a starred key at the end', 'Not known: my-ke*****42!', 'Not known: [key]!'],
    ['a URL at the end', 'See (http://vllm:8000/v1). It failed', 'See ([address]). It failed'],
    ['a URL with no port', 'Cannot reach http://vllm: refused', 'Cannot reach [address] refused'],
    ['a path at the end', 'No such file: /usr/lib/vllm.py. Sorry', 'No such file: [path]. Sorry'],
    ['a key before Chinese', '密钥sk-abcdef1234，无效（Bearer abc.123）令牌', '密钥[key]，无效（[key]）令牌'],
    ['a starred key in Chinese', '您的密钥my-ke*****42已过期', '您的密钥[key]已过期'],
    ['a named secret in Chinese', 'API Key：hunter2，无效', 'API Key：[key]，无效'],
    ['words behind the name of a secret', 'API key: 无效', 'API key: 无效'],
    ['an address before Chinese', '连接http://10.0.0.5:8080/v1超时，请检查', '连接[address]超时，请检查'],
    ['a path with Chinese', '无法读取/home/山田/文件.txt，请检查', '无法读取[path]，请检查'],
    ['letters that are joined or kept apart', 'نمی\u200cشود 👨\u200d👩', 'نمی\u200cشود 👨\u200d👩'],
    ['words that begin like a key', 'key_access and token_limit are words', 'key_access and token_limit are words'],
    ['a key that begins so', 'token_4f9a8b7c is no word', '[key] is no word'],
    [
      'nothing to hide',
      'The model `gpt-4o-mini-2024-07-18` does not exist',
      'The model `gpt-4o-mini-2024-07-18` does not exist',
    ],
  ])('%s', (_, said, shown) => {
    expect(cleanMessage(said)).toBe(shown)
  })

  test('is cut at 300 characters, between characters', () => {
    const shown = cleanMessage(`${'a'.repeat(298)}😀😀😀`) ?? ''
    expect(shown.length).toBeLessThanOrEqual(300)
    expect(shown.endsWith('…')).toBe(true)
    expect(shown).not.toMatch(/\p{Cs}/u)
  })

  test('is cut at a word', () => {
    expect(cleanMessage('word '.repeat(100))).toBe(`${'word '.repeat(59).trim()}…`)
  })

  test.each(['', ' \n', '<!DOCTYPE html><html></html>', '<html lang="en"><body>x'])('%j shows nothing', (said) => {
    expect(cleanMessage(said)).toBeUndefined()
  })

  test('is redacted quickly, whatever it contains', () => {
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

describe('a web page', () => {
  const nginx = (title: string) =>
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.27.0</center>\r\n</body>\r\n</html>`
  test.each<[string, number, string, string, RegExp]>([
    ['nginx, 401', 401, nginx('401 Authorization Required'), 'auth', /requires a password/],
    ['nginx, 403', 403, nginx('403 Forbidden'), 'auth', /denied access/],
    ['nginx, 404', 404, nginx('404 Not Found'), 'not_found', /No API found at this address.*base URL/],
    ['nginx, 405', 405, nginx('405 Not Allowed'), 'not_found', /base URL/],
    [
      'nginx, 413',
      413,
      nginx('413 Request Entity Too Large'),
      'context_length',
      /requests this large.*client_max_body_size/,
    ],
    ['nginx, 429', 429, nginx('429 Too Many Requests'), 'rate_limit', /limiting requests/],
    ['nginx, 502', 502, nginx('502 Bad Gateway'), 'upstream', /web page \(502\)/],
    ['nginx, 504', 504, nginx('504 Gateway Time-out'), 'timeout', /web page \(504\)/],
    ['nginx, http to https', 400, nginx('400 The plain HTTP request was sent to HTTPS port'), 'bad_request', /https/],
    ['a proxy on the way', 407, nginx('407 Proxy Authentication Required'), 'auth', /proxy settings/],
    [
      'Cloudflare’s check',
      403,
      '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>',
      'auth',
      /Just a moment/,
    ],
    [
      'Cloudflare’s check, 503',
      503,
      '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>',
      'auth',
      /Just a moment/,
    ],
    [
      'Cloudflare’s ban',
      403,
      '<!DOCTYPE html><title>Attention Required! | Cloudflare</title>',
      'auth',
      /Cloudflare.* is blocking/,
    ],
    [
      'Cloudflare, no server',
      521,
      '<!DOCTYPE html><title>x | 521: Web server is down</title>',
      'upstream',
      /web page \(521\)/,
    ],
    ['a sign-in', 200, '<!doctype html><title>Sign in</title>', 'upstream', /web page \(200\).*base URL/],
    [
      'Apache, in XML',
      401,
      '<?xml version="1.0"?><html><body>Authentication required!</body></html>',
      'auth',
      /requires a password/,
    ],
  ])('%s', (_, status, page, kind, message) => {
    const problem = problemFromPayload(page, status)
    expect(problem).toMatchObject({ kind, upstreamStatus: status, message: expect.stringMatching(message) })
    expect(problem.upstreamMessage).toBeUndefined()
    expect(isTransient(problem)).toBe(kind !== 'auth' && (status === 429 || status >= 500))
  })
})

test('a quoted key appears neither in the message nor in the details', () => {
  const problem = problemFromPayload({ error: { message: 'The key correct-horse-battery is not known here' } }, 401)
  const shown = withoutSecrets(problem, { ...connectionTo('http://x/v1'), apiKey: 'correct-horse-battery' })
  expect(shown).toEqual({
    kind: 'auth',
    message: 'The key [key] is not known here. Check the key in Settings.',
    upstreamMessage: 'The key [key] is not known here',
    upstreamStatus: 401,
    retryable: false,
  })
})

test('a header value that is a common word doesn’t change the message', () => {
  const problem = problemFromPayload({ error: { message: 'The provider is not known here' } }, 401)
  const shown = withoutSecrets(problem, { ...connectionTo('http://x/v1'), headers: { 'x-title': 'Settings' } })
  expect(shown.message).toBe('The API key was rejected. The provider is not known here. Check the key in Settings.')
})

test.each([
  [401, undefined, 'The API key was rejected. Check the key in the server’s own settings.'],
  [
    401,
    'Enable this key in Settings first',
    'Enable this key in Settings first. Check the key in the server’s own settings.',
  ],
  [
    404,
    undefined,
    'No API found at this address. Check the base URL in the server’s own settings; it usually ends in /v1.',
  ],
])('%s of a provider that the operator has set does not send people to Settings (%s)', (status, said, message) => {
  const problem = problemFromPayload(said ? { error: { message: said } } : '', status)
  const shown = withoutSecrets(problem, { ...connectionTo('http://x/v1'), setByOperator: true })
  expect(shown.message).toBe(message)
})

test('tool names are redacted and shortened', () => {
  const { message } = unexpectedToolCalls(['<script>x</script>', 'y'.repeat(500)])
  expect(message).not.toContain('<script>')
  expect(message.length).toBeLessThan(300)
})
