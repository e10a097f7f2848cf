import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { modelList } from '@/lib/protocol/api'
import { generationDetails } from '@/lib/protocol/details'
import { provider, providerList, providerTest } from '@/lib/protocol/providers'
import { freePort } from '../../ports'
import { delta, done, finish } from '../../upstream/events'
import { type ScriptedUpstream, startScriptedUpstream } from '../../upstream/scripted'
import type { Client } from '../client'
import { engines, type House, openHouse } from '../house'

const KEY = 'apricot-lantern-5531'
const HEADER = 'velvet-harbour-7719'

describe.each(engines)('a person’s own providers, on %s', (engine) => {
  let house: House
  let client: Client
  /** Where their own providers point; the house's upstream is the operator's. */
  let theirs: ScriptedUpstream
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
    theirs = await startScriptedUpstream()
    theirs.models = ['small', 'large']
  })
  beforeEach(() => {
    client = house.client()
  })
  afterAll(async () => {
    await house?.close()
    await theirs?.stop()
  })

  const form = (more: object = {}) => ({
    name: 'Theirs',
    baseUrl: theirs.baseUrl,
    apiKey: KEY,
    headers: { 'X-Team': HEADER },
    ...more,
  })
  const create = (more: object = {}) => client.ask(provider, 'POST', '/api/providers', form(more))
  const lastAsked = () => theirs.requests.at(-1)

  test('are stored without a word of their secrets in any answer', async () => {
    const response = await client.call('POST', '/api/providers', { json: form({ name: '  Theirs  ' }) })
    expect(response.status).toBe(201)
    const made = provider.parse(JSON.parse(response.text))
    expect(made).toEqual({
      id: made.id,
      name: 'Theirs',
      baseUrl: theirs.baseUrl,
      hasKey: true,
      headerNames: ['X-Team'],
      unreadable: false,
      firstTokenTimeoutMs: null,
      idleTimeoutMs: null,
      createdAt: expect.any(Number),
    })
    const listed = await client.ask(providerList, 'GET', '/api/providers')
    expect(listed.own).toEqual([made])
    // The operator's address itself is nobody else's business.
    expect(listed.environment).toEqual({ name: 'This server', hasKey: true })
  })

  test('offer their models, each under the provider’s id', async () => {
    const { id } = await create()
    const { groups } = await client.ask(modelList, 'GET', '/api/models')
    expect(groups.find(({ providerId }) => providerId === id)).toMatchObject({
      kind: 'own',
      models: ['small', 'large'].map((name) => ({ id: `${id}:${name}`, name })),
      problem: null,
    })
  })

  test('are sent their key and headers, and nobody else’s', async () => {
    const { id } = await create()
    const answer = await client.finish({ text: 'through mine', model: `${id}:large` })
    expect(answer).toMatchObject({ status: 'completed', model: `${id}:large` })
    expect(lastAsked()).toMatchObject({ prompt: 'through mine', body: { model: 'large' } })
    expect(lastAsked()?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-team': HEADER })
    const bare = await create({ apiKey: null, headers: {} })
    await client.finish({ text: 'without a key', model: `${bare.id}:small` })
    expect(lastAsked()?.headers.authorization).toBeUndefined()
    expect(lastAsked()?.headers['x-team']).toBeUndefined()
    expect(house.timesAsked('through mine') + house.timesAsked('without a key')).toBe(0)
  })

  test('are called as they were meant, whatever copying left around address and key', async () => {
    const { id, baseUrl } = await create({
      baseUrl: `"${theirs.baseUrl}/chat/completions" `,
      apiKey: ` 'Bearer ${KEY}'\n`,
    })
    expect(baseUrl).toBe(theirs.baseUrl)
    await client.finish({ text: 'pasted', model: `${id}:small` })
    expect(lastAsked()).toMatchObject({ path: '/v1/chat/completions', headers: { authorization: `Bearer ${KEY}` } })
    const azure = `${theirs.baseUrl}/openai/deployments/x/chat/completions?api-version=2024-10-21`
    const made = await create({ baseUrl: azure, apiKey: null, headers: { 'api-key': `"${HEADER}"` } })
    await client.finish({ text: 'to a deployment', model: `${made.id}:gpt-4o` })
    expect(lastAsked()).toMatchObject({
      path: '/v1/openai/deployments/x/chat/completions?api-version=2024-10-21',
      headers: { 'api-key': HEADER },
    })
  })

  test('are asked with less when a model refuses, which is remembered and told in the details', async () => {
    const { id } = await create()
    const message = 'Your organization must be verified to stream this model.'
    theirs.scriptFor('picky', ({ body }) =>
      body.stream
        ? [
            { status: 400, headers: { 'content-type': 'application/json' } },
            { write: JSON.stringify({ error: { message, param: 'stream', code: 'unsupported_value' } }) },
            { end: true },
          ]
        : [
            { status: 200, headers: { 'content-type': 'application/json' } },
            { write: JSON.stringify({ choices: [{ message: { content: 'All of it.' }, finish_reason: 'stop' }] }) },
            { end: true },
          ],
    )
    const asked = () =>
      theirs.requests.filter(({ prompt }) => prompt.startsWith('picky')).map(({ body }) => body.stream)
    const stream = async (text: string, name = 'small') => {
      const reader = await client.chat({ text, model: `${id}:${name}` })
      await reader.rest()
      return reader.seen
    }
    const seen = await stream('picky 1')
    expect(seen.at(-1)).toMatchObject({ data: { status: 'completed', differences: ['stream'] } })
    expect(asked()).toEqual([true, false])
    const [start] = seen
    if (start?.type !== 'start') throw new Error('The reply did not start')
    const details = await client.ask(generationDetails, 'GET', `/api/generations/${start.data.generationId}`)
    expect(details.differences).toEqual(['stream'])
    await stream('picky 2')
    expect(asked()).toEqual([true, false, false])
    // Another model of it is asked in the usual way, and so is this one once the provider has been edited.
    await stream('picky 3', 'large')
    expect(asked().slice(3)).toEqual([true, false])
    await client.ask(provider, 'PATCH', `/api/providers/${id}`, { name: 'Edited' })
    await stream('picky 4')
    expect(asked().slice(5)).toEqual([true, false])
  })

  test('keep the key when a change leaves it out, and drop it when it is emptied', async () => {
    const { id } = await create()
    const path = `/api/providers/${id}`
    expect(await client.ask(provider, 'PATCH', path, { name: 'Renamed' })).toMatchObject({
      name: 'Renamed',
      hasKey: true,
      headerNames: ['X-Team'],
    })
    await client.finish({ text: 'still mine', model: `${id}:small` })
    expect(lastAsked()?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-team': HEADER })
    expect(await client.ask(provider, 'PATCH', path, { apiKey: '', headers: {} })).toMatchObject({
      hasKey: false,
      headerNames: [],
    })
    await client.finish({ text: 'no longer', model: `${id}:small` })
    expect(lastAsked()?.headers.authorization).toBeUndefined()
  })

  test('are waited for as long as the person says, and no longer', async () => {
    const { id } = await create({ firstTokenTimeoutMs: 1000, idleTimeoutMs: null })
    theirs.scriptFor('no first word', [{ until: 'never' }])
    const ending = async (text: string) => {
      const reader = await client.chat({ text, model: `${id}:small` })
      await reader.rest()
      return reader.seen.slice(1).filter(({ type }) => type !== 'usage')
    }
    const timeout = { type: 'error', data: { kind: 'timeout' } }
    expect(await ending('no first word')).toMatchObject([timeout, { type: 'status', data: { status: 'failed' } }])
    const path = `/api/providers/${id}`
    const change = { firstTokenTimeoutMs: null, idleTimeoutMs: 1000 }
    expect(await client.ask(provider, 'PATCH', path, change)).toMatchObject(change)
    theirs.scriptFor('no second word', [{ delta: 'one' }, { until: 'never' }])
    expect(await ending('no second word')).toMatchObject([
      { type: 'delta', data: { text: 'one' } },
      timeout,
      { type: 'status', data: { status: 'interrupted' } },
    ])
    // A change that says nothing of them keeps them.
    expect(await client.ask(provider, 'PATCH', path, { name: 'Kept' })).toMatchObject(change)
    for (const idleTimeoutMs of [0, 999, 86_400_001, 1000.5, '60'])
      expect(await client.refusal('PATCH', path, { json: { idleTimeoutMs } })).toMatchObject({
        status: 400,
        problem: { kind: 'bad_request', field: 'idleTimeoutMs' },
      })
  })

  test('never send a stored key to another host', async () => {
    const { id } = await create()
    const elsewhere = house.upstream.baseUrl
    const refused = { status: 400, problem: { kind: 'bad_request', field: 'apiKey' } }
    for (const json of [
      { baseUrl: elsewhere },
      { baseUrl: elsewhere, apiKey: 'another' },
      form({ baseUrl: elsewhere, apiKey: undefined }),
    ]) {
      expect(await client.refusal('PATCH', `/api/providers/${id}`, { json })).toMatchObject(refused)
    }
    const trial = form({ id, baseUrl: elsewhere, apiKey: undefined })
    expect(await client.refusal('POST', '/api/providers/test', { json: trial })).toMatchObject(refused)
    const moved = { baseUrl: elsewhere, apiKey: 'another-key-entirely', headers: {} }
    expect(await client.ask(provider, 'PATCH', `/api/providers/${id}`, moved)).toMatchObject({ baseUrl: elsewhere })
    await client.finish({ text: 'moved', model: `${id}:small` })
    expect((await house.asked('moved')).headers.authorization).toBe('Bearer another-key-entirely')
  })

  test('are tried before they are saved: models, a short answer, the time to its first text', async () => {
    theirs.scriptFor('Say hello', [{ delta: 'Hello ' }, { delta: 'there.' }, { write: finish('stop') + done }])
    const tried = await client.ask(providerTest, 'POST', '/api/providers/test', form())
    expect(tried).toEqual({
      betterBaseUrl: null,
      models: ['small', 'large'],
      modelCount: 2,
      modelsProblem: null,
      model: 'small',
      text: 'Hello there.',
      firstTokenMs: expect.any(Number),
      answerProblem: null,
    })
    expect(lastAsked()?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-team': HEADER })
    expect((await client.ask(providerTest, 'POST', '/api/providers/test', form({ model: 'large' }))).model).toBe(
      'large',
    )
    expect((await client.ask(providerList, 'GET', '/api/providers')).own).toEqual([])
  })

  test('are tried with the stored key when the form has none', async () => {
    const { id } = await create()
    await client.ask(providerTest, 'POST', '/api/providers/test', { id, name: 'Theirs', baseUrl: theirs.baseUrl })
    expect(lastAsked()?.headers.authorization).toBe(`Bearer ${KEY}`)
  })

  test('say in words what is wrong: nobody there, a key refused, an address that is none', async () => {
    const dead = await client.ask(providerTest, 'POST', '/api/providers/test', {
      name: 'Dead',
      baseUrl: `http://127.0.0.1:${await freePort()}/v1`,
      model: 'any',
    })
    for (const problem of [dead.modelsProblem, dead.answerProblem]) {
      expect(problem).toMatchObject({ kind: 'network', message: expect.stringContaining('Nothing is running') })
    }
    expect(dead).toMatchObject({ models: [], text: '', firstTokenMs: null })

    theirs.models = { status: 401, body: { error: { message: `No such key as ${KEY}, ${HEADER}` } } }
    const refused = await client.ask(providerTest, 'POST', '/api/providers/test', form())
    theirs.models = ['small', 'large']
    expect(refused.modelsProblem).toMatchObject({ kind: 'auth', upstreamStatus: 401 })

    for (const baseUrl of ['ftp://a.example', 'not an address', 'http://user:password@a.example', '//a.example']) {
      const refusal = await client.refusal('POST', '/api/providers', { json: form({ baseUrl }) })
      expect(refusal).toMatchObject({ status: 400, problem: { field: 'baseUrl' } })
    }
    for (const headers of [{ Host: 'a' }, { 'Content-Length': '1' }, { 'bad name': 'a' }, { a: 'line\r\nbreak' }]) {
      const refusal = await client.refusal('POST', '/api/providers', { json: form({ headers }) })
      expect(refusal).toMatchObject({ status: 400, problem: { field: 'headers' } })
    }
  })

  test('are deleted, key and all', async () => {
    const { id } = await create()
    expect((await client.call('DELETE', `/api/providers/${id}`)).status).toBe(204)
    expect((await client.ask(providerList, 'GET', '/api/providers')).own).toEqual([])
    const turn = { turnId: 'gone', text: 'to nobody', model: `${id}:small` }
    for (const refusal of [
      await client.refusal('PATCH', `/api/providers/${id}`, { json: { name: 'x' } }),
      await client.refusal('DELETE', `/api/providers/${id}`),
      await client.refusal('POST', '/api/chat', { json: turn }),
    ]) {
      expect(refusal).toMatchObject({ status: 404, problem: { kind: 'not_found' } })
    }
  })

  test('are not followed to where they redirect', async () => {
    const stranger = await startScriptedUpstream()
    try {
      theirs.scriptFor('redirect me', [
        { status: 307, headers: { location: `${stranger.baseUrl}/chat/completions` } },
        { end: true },
      ])
      const { id } = await create()
      const answer = await client.finish({ text: 'redirect me', model: `${id}:small` })
      expect(answer).toMatchObject({
        status: 'failed',
        parts: [{ type: 'error', problem: { upstreamStatus: 307, retryable: false } }],
      })
      expect(stranger.requests).toEqual([])
      expect(stranger.connections()).toBe(0)
    } finally {
      await stranger.stop()
    }
  })

  test('that do not know stream_options are asked without, at once and ever after', async () => {
    const { id } = await create()
    theirs.script(({ body }) =>
      body.stream_options === undefined
        ? [{ write: delta('Without.') + finish('stop') + done }]
        : [
            { status: 400, headers: { 'content-type': 'application/json' } },
            { write: JSON.stringify({ error: { message: 'Unrecognized request argument supplied: stream_options' } }) },
          ],
    )
    /** How often the provider was asked for this turn. */
    const timesAsked = async (text: string) => {
      const before = theirs.requests.length
      const reader = await client.chat({ text, model: `${id}:small` })
      await reader.rest()
      expect(reader.text).toBe('Without.')
      return theirs.requests.length - before
    }
    expect(await timesAsked('refused once')).toBe(2)
    expect(await timesAsked('remembered')).toBe(1)
    await house.rill.kill('SIGTERM')
    await house.start()
    expect(await timesAsked('remembered after a restart')).toBe(1)
  })

  test('have their secrets nowhere on the disk, in no answer and in no log', async () => {
    await create()
    const stored = engine === 'postgres' ? await everyRow(house) : await everyFile(house.dataDir)
    for (const secret of [KEY, HEADER]) {
      expect(spellings(secret).filter((spelling) => stored.includes(spelling))).toEqual([])
      expect(house.linesSaying(secret)).toEqual([])
    }
    expect(stored).toContain('Theirs')
  })
})

/** How a text looks as it is, in hexadecimal, and within a base64 text that holds it at any place. */
function spellings(text: string): string[] {
  const base64 = [0, 1, 2].map((before) =>
    Buffer.from(' '.repeat(before) + text)
      .toString('base64')
      .slice(4, -4),
  )
  return [text, Buffer.from(text).toString('hex'), ...base64]
}

async function everyFile(folder: string): Promise<string> {
  const names = await readdir(folder)
  expect(names).toContain('rill.db')
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('\n')
}

async function everyRow(house: House): Promise<string> {
  const tables = await house.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
  const rows = await Promise.all(tables.map(({ tablename }) => house.query(`SELECT * FROM "${tablename}"`)))
  return JSON.stringify(rows)
}
