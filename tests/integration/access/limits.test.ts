import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Client, turnOf } from '../client'
import { type House, openHouse } from '../house'
import { routes } from './routes'

/** How each route is counted. A new route needs a line here. */
const classes: Record<string, 'start' | 'test' | 'costly' | 'write' | 'read' | 'none'> = {
  'DELETE /api/[...missing]': 'write',
  'GET /api/[...missing]': 'read',
  'PATCH /api/[...missing]': 'write',
  'POST /api/[...missing]': 'write',
  'PUT /api/[...missing]': 'write',
  'GET /api/budgets': 'read',
  'POST /api/budgets': 'write',
  'PATCH /api/budgets/[id]': 'write',
  'DELETE /api/budgets/[id]': 'write',
  'POST /api/chat': 'start',
  'GET /api/conversations': 'read',
  'POST /api/conversations': 'write',
  'GET /api/conversations/[id]': 'read',
  'PATCH /api/conversations/[id]': 'write',
  'DELETE /api/conversations/[id]': 'write',
  'GET /api/conversations/[id]/spending': 'read',
  'POST /api/estimate': 'costly',
  'GET /api/generations/[id]': 'read',
  'POST /api/generations/[id]/continue': 'start',
  'GET /api/generations/[id]/events': 'read',
  'POST /api/generations/[id]/models': 'costly',
  'POST /api/generations/[id]/regenerate': 'start',
  'POST /api/generations/[id]/retry': 'write',
  'POST /api/generations/[id]/stop': 'write',
  'GET /api/generations/events': 'read',
  // For monitors, and without a database.
  'GET /api/health': 'none',
  'GET /api/health/stream': 'read',
  'GET /api/metrics': 'read',
  'GET /api/models': 'costly',
  'GET /api/prices': 'read',
  'PUT /api/prices': 'write',
  'DELETE /api/prices': 'write',
  'GET /api/providers': 'read',
  'POST /api/providers': 'write',
  'PATCH /api/providers/[id]': 'write',
  'DELETE /api/providers/[id]': 'write',
  'POST /api/providers/test': 'test',
  'POST /api/session': 'write',
  'DELETE /api/session': 'write',
  'GET /api/settings': 'read',
  'PATCH /api/settings': 'write',
  'GET /api/usage': 'costly',
  'GET /api/usage/conversations': 'costly',
  'GET /api/usage/export': 'costly',
}

test('every route has a limit', () => {
  const found = routes().map(({ method, path, limit }) => [`${method} ${path}`, limit])
  expect(Object.fromEntries(found)).toEqual(classes)
})

/** The statuses of several calls in sequence. */
async function statusesOf(times: number, call: (index: number) => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = []
  for (let index = 0; index < times; index++) statuses.push((await call(index)).status)
  return statuses
}

/** Calls again while a busy machine responds with 503, as the page does. */
async function unlessBusy(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await call()
    if (answer.status !== 503) return answer
  }
}

const repeated = (status: number, times: number) => Array.from({ length: times }, () => status)

describe('calls', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse('sqlite', { RILL_CALLS_PER_MINUTE: '50', RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
  })
  afterAll(() => house?.close())

  /** A browser with a cookie and its own address. */
  let addresses = 0
  const browser = async () => {
    const client = house.client()
    const from = { 'x-forwarded-for': `198.51.100.${++addresses}` }
    // A page sets the cookie; it is counted for the address only.
    await client.call('GET', '/', { headers: from })
    return (method: Parameters<Client['call']>[0], path: string, json?: unknown) =>
      client.call(method, path, { headers: from, json })
  }
  const draft = { text: 'hello', model: 'scripted' }

  test.each([
    ['estimates', 10, 'POST', '/api/estimate', draft],
    ['reports of usage', 10, 'GET', '/api/usage', undefined],
    ['exports of usage', 10, 'GET', '/api/usage/export?format=csv', undefined],
    ['changes of the settings', 10, 'PATCH', '/api/settings', {}],
    ['addresses that nothing has', 10, 'POST', '/api/no-such-thing', {}],
    ['looks', 50, 'GET', '/api/settings', undefined],
  ] as const)('%s are limited, in words and with a time', async (_name, most, method, path, json) => {
    const call = await browser()
    const statuses = await statusesOf(most, () => call(method, path, json))
    expect(statuses).not.toContain(429)
    const limited = await call(method, path, json)
    expect(limited.status).toBe(429)
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
    expect(limited.text).toMatch(/That’s more than \d+ requests of this kind in a minute. Try again in \d+ second/)
    // Other people aren't limited.
    expect((await (await browser())(method, path, json)).status).not.toBe(429)
  })

  test('creating conversations is limited', async () => {
    const call = await browser()
    const statuses = await statusesOf(12, () => call('POST', '/api/conversations', {}))
    expect(statuses).toEqual([...repeated(201, 10), 429, 429])
  })

  test('pages are limited by address, with a message and Retry-After', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.77' }
    const look = (path: string) => house.client().call('GET', path, { headers })
    expect(await statusesOf(199, () => look('/api/no-such-thing'))).toEqual(repeated(404, 199))
    const pages = [await look('/settings'), await look('/settings'), await look('/sign-in')]
    expect(pages.map(({ status }) => status)).toEqual([200, 429, 429])
    expect(Number(pages[1]?.headers['retry-after'])).toBeGreaterThan(0)
    expect(pages[1]?.text).toContain('That’s more than 200 requests of this kind in a minute.')
  })

  test('a turn that is sent repeatedly is limited as a read, and starts nothing', async () => {
    const call = await browser()
    const turn = turnOf({ text: 'once and again', stream: false })
    const statuses = await statusesOf(51, () => call('POST', '/api/chat', turn))
    expect(statuses).toEqual([...repeated(200, 50), 429])
    expect(house.timesAsked('once and again')).toBe(1)
  })

  test('turns that are refused before they start are limited too', async () => {
    const call = await browser()
    const turn = { ...turnOf({ text: 'nowhere' }), conversationId: 'none of mine' }
    expect(await statusesOf(51, () => call('POST', '/api/chat', turn))).toEqual([...repeated(404, 50), 429])
  })

  test('a malformed call isn’t counted', async () => {
    const call = await browser()
    const statuses = await statusesOf(15, () => call('POST', '/api/estimate', { text: 1 }))
    expect(statuses).toEqual(repeated(400, 15))
    expect((await call('POST', '/api/estimate', draft)).status).toBe(200)
  })

  test('without a valid cookie, only the address counts', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const statuses = await statusesOf(42, (index) => {
      const client = house.client()
      if (index % 2 === 0) client.cookie = `rill=${randomUUID()}`
      return client.call('POST', '/api/estimate', { headers, json: draft })
    })
    expect(statuses).toEqual([...repeated(200, 40), 429, 429])
  })

  test('an IPv6 address is counted by its network', async () => {
    const statuses = await statusesOf(41, (index) =>
      house.client().call('POST', '/api/estimate', {
        headers: { 'x-forwarded-for': `2001:db8:1:2::${index.toString(16)}` },
        json: draft,
      }),
    )
    expect(statuses.at(-1)).toBe(429)
  })
})

test('providers can be tested six times a minute, and an invalid form isn’t counted', async () => {
  const house = await openHouse('sqlite', { RILL_CALLS_PER_MINUTE: '' })
  try {
    const client = house.client()
    await client.call('GET', '/api/settings')
    const form = { name: 'Mine', baseUrl: house.upstream.baseUrl, apiKey: 'a key' }
    const wrong = await statusesOf(7, () => client.call('POST', '/api/providers/test', { json: { name: 'Mine' } }))
    expect(wrong).toEqual(repeated(400, 7))
    const statuses = await statusesOf(7, () => client.call('POST', '/api/providers/test', { json: form }))
    expect(statuses).toEqual([...repeated(200, 6), 429])
  } finally {
    await house.close()
  }
})

test('a person has fifty providers at most, also with concurrent calls', async () => {
  const house = await openHouse('postgres')
  try {
    const client = house.client()
    await client.call('GET', '/api/settings')
    const form = { name: 'Mine', baseUrl: house.upstream.baseUrl }
    const answers = await Promise.all(
      Array.from({ length: 55 }, () => unlessBusy(() => client.call('POST', '/api/providers', { json: form }))),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50)
    expect(answers.find(({ status }) => status === 409)?.text).toContain('You already have 50 providers')
  } finally {
    await house.close()
  }
})

test('invalid and repeated starts aren’t counted; everyone together has a limit too', async () => {
  const house = await openHouse('sqlite', { RILL_RATE_PER_MINUTE: '3', RILL_STARTS_PER_MINUTE: '4', RILL_OPEN: '1' })
  try {
    const client = house.client()
    await client.call('GET', '/api/settings')
    const chat = (json: unknown) => client.call('POST', '/api/chat', { json })
    const wrong = [
      {},
      turnOf({ text: '' }),
      turnOf({ text: 'x', conversationId: randomUUID() }),
      turnOf({ text: 'x', model: `${randomUUID()}:x` }),
    ]
    for (const json of [...wrong, ...wrong]) expect([400, 404]).toContain((await chat(json)).status)
    const turn = turnOf({ text: 'the same', stream: false })
    expect(await statusesOf(8, () => chat(turn))).toEqual(repeated(200, 8))
    expect(await statusesOf(3, () => chat(turnOf({ text: 'new' })))).toEqual([200, 200, 429])
    // A repeated turn gets its reply even at the limit.
    expect((await chat(turn)).status).toBe(200)
    const other = (index: number) =>
      house.client().call('POST', '/api/chat', {
        headers: { 'x-forwarded-for': `198.51.100.${index}` },
        json: turnOf({ text: 'other' }),
      })
    expect(await statusesOf(3, other)).toEqual([200, 429, 429])
    expect((await other(9)).text).toContain('This server has reached its limit of 4 new replies per minute')
  } finally {
    await house.close()
  }
})

test.each(['sqlite', 'postgres'] as const)('a person’s storage is limited, with a message, on %s', async (engine) => {
  const house = await openHouse(engine, { RILL_STORAGE_PER_PERSON: '50 kB', RILL_OPEN: '1' })
  try {
    const client = house.client()
    await client.call('GET', '/api/settings')
    await client.finish({ text: 'a little' })
    const first = await client.finish({ text: 'é'.repeat(30_000) })
    await house.rill.stop()
    await house.start()
    const again = { json: { turnId: randomUUID() } }
    const refusals = [
      await client.refusal('POST', '/api/chat', { json: turnOf({ text: 'more' }) }),
      await client.refusal('POST', `/api/generations/${first.generationId}/regenerate`, again),
    ]
    for (const { status, problem } of refusals) {
      expect(status).toBe(507)
      expect(problem.message).toContain('Your conversations take up 60.')
      expect(problem.message).toContain('kB, and the limit is 50 kB. Delete some you no longer need.')
    }
    expect(house.timesAsked('more')).toBe(0)
    expect((await house.client().finish({ text: 'somebody else' })).status).toBe('completed')
  } finally {
    await house.close()
  }
})

test.each(['sqlite', 'postgres'] as const)('instructions count for the storage, on %s', async (engine) => {
  const house = await openHouse(engine, { RILL_STORAGE_PER_PERSON: '50 kB', RILL_OPEN: '1' })
  try {
    const client = house.client()
    await client.finish({ text: 'short' })
    await client.finish({ text: 'short', settings: { system: 'é'.repeat(30_000) } })
    await house.rill.stop()
    await house.start()
    const { status, problem } = await client.refusal('POST', '/api/chat', { json: turnOf({ text: 'more' }) })
    expect([status, problem.message.includes('Your conversations take up 60.')]).toEqual([507, true])
    expect(house.timesAsked('more')).toBe(0)
  } finally {
    await house.close()
  }
})

test('the server limits running replies and their length', async () => {
  const house = await openHouse('sqlite', { RILL_STREAMS: '2', RILL_MAX_TOKENS: '300', RILL_OPEN: '1' })
  try {
    house.upstream.scriptFor('long', [{ delta: 'On' }, { until: 'never' }])
    const first = await house.client().start({ text: 'long', settings: { maxTokens: 5000 } })
    await house.client().start({ text: 'long', settings: { maxTokens: 20 } })
    const third = await house.client().call('POST', '/api/chat', { json: turnOf({ text: 'one more' }) })
    expect([third.status, third.headers['retry-after']]).toEqual([429, '5'])
    expect(third.text).toContain('This server is already running 2 replies')
    expect(house.timesAsked('one more')).toBe(0)
    const lengths = () =>
      house.upstream.requests
        .filter(({ prompt }) => prompt === 'long')
        .map(({ body }) => body.max_tokens ?? body.max_completion_tokens)
    await expect.poll(lengths).toEqual([300, 20])
    expect(first.generationId).not.toBe('')
  } finally {
    await house.close()
  }
})
