import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conversationPage } from '@/lib/protocol/api'
import { startRill } from '../../rill-server'
import { Client } from '../client'
import { type House, openHouse } from '../house'

const PASSWORD = 'correct horse battery'
const HOUR_MS = 3_600_000

const titles = async (client: Client) =>
  (await client.ask(conversationPage, 'GET', '/api/conversations')).conversations.map(({ title }) => title)
const read = async (client: Client) => (await client.call('GET', '/api/conversations')).status
const signIn = (client: Client, password = PASSWORD) => client.call('POST', '/api/session', { json: { password } })

describe('sessions in local mode', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse('postgres')
  })
  afterAll(() => house?.close())

  test('don’t exist: every browser has the shared history, whatever cookie it sends', async () => {
    await house.client().finish({ text: 'from one browser' })
    for (const cookie of [undefined, 'rill=x', 'rill-00000000=x'])
      for (const path of ['/', '/api/conversations', '/sign-in']) {
        const browser = house.client()
        browser.cookie = cookie
        expect((await browser.call('GET', path)).cookies).toEqual([])
        expect(await titles(browser)).toEqual(['from one browser'])
      }
    for (const method of ['POST', 'DELETE'] as const)
      expect((await house.client().call(method, '/api/session', { json: { password: '' } })).status).toBe(204)
    expect(await house.query('select count(*) as count from sessions')).toEqual([{ count: '0' }])
  })

  test('a reply that one browser starts streams in another', async () => {
    house.upstream.scriptFor('live', [{ delta: 'Begun, ' }, { until: 'seen' }, { delta: 'and ended.' }, { end: true }])
    const started = await house.client().start({ text: 'live' })
    const other = house.client()
    const { running } = await other.conversation(started.conversationId)
    expect(running).toEqual([started.generationId])
    const reader = await other.follow(started.generationId)
    await reader.untilText('Begun, ')
    house.upstream.open('seen')
    await reader.rest()
    expect(reader.text).toBe('Begun, and ended.')
  })
})

describe('sessions in password mode', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse('postgres', { RILL_PASSWORD: PASSWORD })
  })
  afterAll(() => house?.close())

  test('share one history, on any device', async () => {
    const [laptop, phone] = [house.client(), house.client()]
    await signIn(laptop)
    await signIn(phone)
    expect(laptop.cookie).not.toBe(phone.cookie)
    await laptop.finish({ text: 'from the laptop' })
    expect(await titles(phone)).toEqual(['from the laptop'])
    // Signing out on one device doesn't affect the other.
    await laptop.call('DELETE', '/api/session')
    expect([await read(laptop), await read(phone)]).toEqual([401, 200])
  })

  test('signing in starts a new session and ends the previous one', async () => {
    const client = house.client()
    await signIn(client)
    const before = client.cookie
    await signIn(client)
    const stale = house.client()
    stale.cookie = before
    expect(client.cookie).not.toBe(before)
    expect([await read(stale), await read(client)]).toEqual([401, 200])
  })

  test('signing out ends the session on the server and removes the cookie', async () => {
    const client = house.client()
    await signIn(client)
    const cookie = client.cookie
    const { cookies } = await client.call('DELETE', '/api/session')
    expect(cookies.map((each) => each.replace(/-[0-9a-f]{8}/, ''))).toEqual([
      'rill=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
    ])
    for (const [method, path] of [
      ['GET', '/api/conversations'],
      ['POST', '/api/chat'],
      ['GET', '/api/generations/events?from=x:0'],
    ] as const) {
      const thief = house.client()
      thief.cookie = cookie
      expect((await thief.call(method, path)).status).toBe(401)
    }
    const again = house.client()
    again.cookie = cookie
    expect((await again.call('GET', '/')).status).toBe(307)
    // A second time changes nothing.
    expect((await client.call('DELETE', '/api/session')).status).toBe(204)
  })

  test('a browser that hasn’t signed in stores no rows', async () => {
    const before = await house.query('select count(*) as count from sessions')
    const stranger = house.client()
    for (const path of ['/', '/sign-in', '/api/conversations'])
      expect((await stranger.call('GET', path)).cookies).toEqual([])
    await signIn(stranger, 'wrong')
    expect(await house.query('select count(*) as count from sessions')).toEqual(before)
  })

  test('only a hash of the token is stored, and its last use at most once an hour', async () => {
    const client = house.client()
    await signIn(client)
    const token = client.cookie?.split('=')[1] ?? ''
    const hash = createHash('sha256').update(token).digest('base64url')
    const row = async () => (await house.query(`select * from sessions where token_hash = '${hash}'`))[0] ?? {}
    expect(await row()).toMatchObject({ last_used_at: null, confirmed_at: null, ended_at: null })
    expect(JSON.stringify(await house.query('select * from sessions'))).not.toContain(token)
    await read(client)
    const first = await row()
    expect(first.confirmed_at).toBe(first.last_used_at)
    await read(client)
    expect(await row()).toEqual(first)

    const hourAgo = Number(first.last_used_at) - HOUR_MS - 1
    await house.query(`update sessions set last_used_at = ${hourAgo} where token_hash = '${hash}'`)
    expect((await client.call('GET', '/api/conversations')).cookies).toEqual([])
    const second = await row()
    expect(Number(second.last_used_at)).toBeGreaterThanOrEqual(Number(first.last_used_at))
    expect(second.confirmed_at).toBe(first.confirmed_at)

    // After a day the cookie is renewed.
    await house.query(`update sessions set last_used_at = ${hourAgo - 24 * HOUR_MS} where token_hash = '${hash}'`)
    expect((await client.call('GET', '/api/conversations')).cookies).toEqual([
      expect.stringContaining(`${client.cookie};`),
    ])
  })

  test('an expired session doesn’t count', async () => {
    const client = house.client()
    await signIn(client)
    await house.query(`update sessions set expires_at = ${Date.now() - 1}`)
    expect(await read(client)).toBe(401)
  })
})

test('two Rills on one host don’t share cookies', async () => {
  const house = await openHouse('sqlite', { RILL_PASSWORD: PASSWORD })
  const neighbor = await startRill({ env: { RILL_PASSWORD: PASSWORD } })
  try {
    const [here, there] = [house.client(), new Client(() => neighbor.url)]
    await signIn(here)
    await signIn(there)
    // Browsers send a host's cookies to all of its ports.
    const both = `${here.cookie}; ${there.cookie}`
    expect(here.cookie?.split('=')[0]).not.toBe(there.cookie?.split('=')[0])
    for (const client of [here, there]) {
      client.cookie = both
      expect(await read(client)).toBe(200)
    }
  } finally {
    await neighbor.stop()
    await house.close()
  }
})

describe('sessions in open mode', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse('postgres', { RILL_OPEN: '1', RILL_RATE_PER_MINUTE: '10' })
  })
  afterAll(() => house?.close())

  const counts = async () =>
    await house.query(`select (select count(*) from sessions) as sessions,
      (select count(*) from owners where kind = 'visitor') as visitors`)

  test('requests without a cookie store no rows', async () => {
    const before = await counts()
    for (let time = 0; time < 30; time++) {
      await house.client().call('GET', '/api/conversations')
      await house.client().call('PATCH', '/api/settings', { json: { theme: 'pink' } })
    }
    expect(await counts()).toEqual(before)
  })

  test('after signing out, a browser is a new visitor', async () => {
    const visitor = house.client()
    await visitor.finish({ text: 'mine' })
    const cookie = visitor.cookie
    expect(await titles(visitor)).toEqual(['mine'])
    await visitor.call('DELETE', '/api/session')
    const stranger = house.client()
    stranger.cookie = cookie
    expect(await titles(stranger)).toEqual([])
  })

  test('new visitors per address and minute are limited; reading still works', async () => {
    const before = await counts()
    const statuses: number[] = []
    for (let time = 0; time < 40; time++) statuses.push((await house.client().call('GET', '/')).status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    const [{ sessions: were } = {}] = before
    const [{ sessions: are } = {}] = await counts()
    expect(Number(are) - Number(were)).toBeLessThanOrEqual(20)
    const refusal = await house.client().refusal('PATCH', '/api/settings', { json: { theme: 'dark' } })
    expect(refusal).toMatchObject({ status: 429, problem: { kind: 'rate_limit' } })
    expect(refusal.problem.message).toContain('Too many new browsers')
  })
})
