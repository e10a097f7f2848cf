import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noCapabilities } from '@/lib/upstream/connection'
import { listModels } from '@/lib/upstream/models'
import { now, type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { startSilentServer } from '@/tests/upstream/silent'

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
})
afterAll(() => upstream.stop())

function list(signal = new AbortController().signal, baseUrl = upstream.baseUrl) {
  const place = { providerId: 'provider', name: 'Provider', baseUrl, apiKey: null, headers: {}, guarded: false }
  return listModels({ ...place, capabilities: noCapabilities, remember() {} }, signal)
}

test.each<[string, unknown, string[]]>([
  ['OpenAI’s', { object: 'list', data: [{ id: 'b' }, { id: 'a' }] }, ['b', 'a']],
  ['a bare array', [{ id: 'a' }, { id: 'b' }], ['a', 'b']],
  ['an array of names', ['a', 'b'], ['a', 'b']],
  ['models with names', { models: [{ name: 'a' }, { name: 'b', model: 'b:latest' }] }, ['a', 'b']],
  ['data of names', { data: ['a'] }, ['a']],
  ['entries that say nothing', { data: [{ id: 'a' }, null, {}, { id: 7 }, { id: '' }, { id: 'a' }] }, ['a']],
  ['an empty list', { data: [] }, []],
  ['a list within a gateway’s own', { code: 0, message: 'ok', data: { data: [{ id: 'a' }] } }, ['a']],
  ['models within data', { success: true, data: { models: ['a'] } }, ['a']],
  ['a result', { success: true, errors: [], result: [{ name: 'a' }] }, ['a']],
  ['an empty list beside a full one', { data: [], models: [{ name: 'a' }] }, ['a']],
  ['a list behind a byte order mark', '\uFEFF{"data":[{"id":"a"}]}', ['a']],
  ['no list at all where there is no model', { object: 'list', data: null }, []],
])('%s', async (_, body, models) => {
  upstream.models = { body }
  expect(await list()).toEqual({ models: models.map((name) => ({ name, chats: true })), more: 0 })
})

test.each<[string, { status?: number; body: unknown }, object]>([
  ['a refused key', { status: 401, body: { error: { message: 'No' } } }, { kind: 'auth' }],
  ['a refused key inside a 200', { body: { code: 401, message: 'Invalid token' } }, { kind: 'auth' }],
  [
    'a refused key beside an empty result',
    { body: { success: false, errors: [{ code: 401, message: 'Invalid API token' }], result: null } },
    { kind: 'auth' },
  ],
  [
    'MiniMax: an empty purse',
    { body: { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } } },
    { kind: 'quota' },
  ],
  [
    'words in place of a list',
    { body: { detail: 'The list is being rebuilt' } },
    { message: expect.stringContaining('The list is being rebuilt.') },
  ],
  ['no such path', { status: 404, body: 'Not Found' }, { kind: 'not_found' }],
  [
    'a page',
    { body: '<html><body>Sign in</body></html>' },
    { kind: 'upstream', message: expect.stringContaining('web page') },
  ],
  ['no JSON', { body: 'hello' }, { kind: 'upstream' }],
  ['JSON of another kind', { body: { hello: 'world' } }, { kind: 'upstream' }],
  ['an error in a 200', { body: { error: { message: 'No credit', code: 'insufficient_quota' } } }, { kind: 'quota' }],
])('%s is a problem', async (_, models, problem) => {
  upstream.models = models
  expect(await list()).toMatchObject({ problem })
})

test('a server that can’t be reached', async () => {
  expect(await list(undefined, 'http://127.0.0.1:9/v1')).toMatchObject({ problem: { kind: 'network' } })
})

test('a server that takes too long', async () => {
  const { port, connected, stop } = await startSilentServer()
  const startedAt = now()
  expect(await list(AbortSignal.timeout(100), `http://127.0.0.1:${port}/v1`)).toMatchObject({
    problem: { kind: 'timeout' },
  })
  expect(now() - startedAt).toBeLessThan(1000)
  const socket = await connected
  if (!socket.closed) await once(socket, 'close')
  await stop()
})

test('an endless list is not read to its end, and the message says so', async () => {
  upstream.models = { body: Array.from({ length: 500_000 }, (_, n) => `model-${n}`) }
  expect(await list()).toMatchObject({ problem: { kind: 'upstream', message: expect.stringContaining('2 MB') } })
})
