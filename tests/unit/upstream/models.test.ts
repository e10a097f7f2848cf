import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { untried } from '@/lib/upstream/connection'
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
  return listModels({ ...place, capabilities: untried, remember() {} }, signal)
}

test.each<[string, unknown, string[]]>([
  ['OpenAI’s', { object: 'list', data: [{ id: 'b' }, { id: 'a' }] }, ['b', 'a']],
  ['a bare array', [{ id: 'a' }, { id: 'b' }], ['a', 'b']],
  ['an array of names', ['a', 'b'], ['a', 'b']],
  ['models with names', { models: [{ name: 'a' }, { name: 'b', model: 'b:latest' }] }, ['a', 'b']],
  ['data of names', { data: ['a'] }, ['a']],
  ['entries that say nothing', { data: [{ id: 'a' }, null, {}, { id: 7 }, { id: '' }, { id: 'a' }] }, ['a']],
  ['an empty list', { data: [] }, []],
  ['no list at all where there is no model', { object: 'list', data: null }, []],
])('%s', async (_, body, models) => {
  upstream.models = { body }
  expect(await list()).toEqual({ models: models.map((name) => ({ name, chats: true })), more: 0 })
})

test.each<[string, { status?: number; body: unknown }, object]>([
  ['a refused key', { status: 401, body: { error: { message: 'No' } } }, { kind: 'auth' }],
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

test('a server that is not there', async () => {
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

test('a list without end is not read to its end, and the words say so', async () => {
  upstream.models = { body: Array.from({ length: 500_000 }, (_, n) => `model-${n}`) }
  expect(await list()).toMatchObject({ problem: { kind: 'upstream', message: expect.stringContaining('2 MB') } })
})
