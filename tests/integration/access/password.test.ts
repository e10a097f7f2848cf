import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { conversationPage } from '@/lib/protocol/api'
import type { Client } from '../client'
import { type House, openHouse } from '../house'
import { addressOf, routes } from './routes'

const PASSWORD = 'correct horse battery'
const open = ['GET /api/health', 'POST /api/session', 'DELETE /api/session']

let house: House
beforeAll(async () => {
  house = await openHouse('sqlite', { RILL_PASSWORD: PASSWORD })
})
afterAll(() => house?.close())

const signIn = (client: Client, password: string) => client.call('POST', '/api/session', { json: { password } })
const status = async (client: Client) => (await client.call('GET', '/api/conversations')).status

test('every page redirects to the sign-in page', async () => {
  const client = house.client()
  for (const path of ['/', `/c/${randomUUID()}`, '/settings']) {
    const { status, headers } = await client.call('GET', path)
    const next = path === '/' ? '' : `?next=${encodeURIComponent(path)}`
    expect([path, status, headers.location]).toEqual([path, 307, `/sign-in${next}`])
  }
  expect((await client.call('GET', '/sign-in')).status).toBe(200)
})

test('after signing in, the sign-in page redirects to the requested page of this site', async () => {
  const client = house.client()
  await signIn(client, PASSWORD)
  for (const [next, where] of [
    ['/settings?a=b', '/settings?a=b'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
  ])
    expect([
      next,
      (await client.call('GET', `/sign-in?next=${encodeURIComponent(next ?? '')}`)).headers.location,
    ]).toEqual([next, where])
})

test('every call is refused, except signing in and out and the health', async () => {
  const client = house.client()
  for (const route of routes().filter(({ method, path }) => !open.includes(`${method} ${path}`))) {
    const json = route.method === 'GET' || route.method === 'DELETE' ? undefined : {}
    const { status, problem } = await client.refusal(route.method, addressOf(route, randomUUID()), { json })
    expect([route, status, problem.kind]).toEqual([route, 401, 'auth'])
  }
  expect((await client.call('GET', '/api/health')).status).toBe(200)
})

test('the right password signs in, a wrong one doesn’t, and signing out ends it', async () => {
  const client = house.client()
  const refusal = await client.refusal('POST', '/api/session', { json: { password: `${PASSWORD}!` } })
  expect(refusal).toMatchObject({ status: 401, problem: { kind: 'auth', field: 'password' } })
  expect(await status(client)).toBe(401)

  expect((await signIn(client, PASSWORD)).status).toBe(204)
  expect(await status(client)).toBe(200)
  expect((await client.call('GET', '/')).status).toBe(200)
  await client.finish({ text: 'signed in' })

  expect((await client.call('DELETE', '/api/session')).status).toBe(204)
  expect(await status(client)).toBe(401)
  expect((await client.call('GET', '/')).status).toBe(307)
  await signIn(client, PASSWORD)
  const { conversations } = await client.ask(conversationPage, 'GET', '/api/conversations')
  expect(conversations.map(({ title }) => title)).toEqual(['signed in'])
})

test('a new password signs everyone out', async () => {
  const client = house.client()
  await signIn(client, PASSWORD)
  expect(await status(client)).toBe(200)
  await house.rill.kill('SIGTERM')
  await house.start({ RILL_PASSWORD: 'another one' })
  expect(await status(client)).toBe(401)
  expect((await signIn(client, PASSWORD)).status).toBe(401)
  expect((await signIn(client, 'another one')).status).toBe(204)
  expect(await status(client)).toBe(200)
})

/** A client with an address that a trusted proxy forwards. */
const tryFrom = async (address: string, password: string, client = house.client()) =>
  await client.call('POST', '/api/session', { json: { password }, headers: { 'x-forwarded-for': address } })

test('a hundred wrong passwords from elsewhere don’t block the right one', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => (await tryFrom(`198.51.100.${index}`, `guess ${index}`)).status),
  )
  expect(new Set(statuses)).toEqual(new Set([401]))
  const asked = Date.now()
  expect((await tryFrom('203.0.113.1', 'another one')).status).toBe(204)
  // It is delayed a little, as every attempt is by then.
  expect(Date.now() - asked).toBeLessThan(4_000)
})

test('after ten wrong passwords, only their address has to wait', async () => {
  const client = house.client()
  const [here, elsewhere] = ['203.0.113.2', '203.0.113.3']
  // A right one in between resets the count.
  for (let tries = 0; tries < 9; tries++) await tryFrom(here, `guess ${tries}`, client)
  expect((await tryFrom(here, 'another one', client)).status).toBe(204)
  for (let tries = 0; tries < 10; tries++) expect((await tryFrom(here, `guess ${tries}`, client)).status).toBe(401)
  const limited = await tryFrom(here, 'another one', client)
  expect(limited.status).toBe(429)
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
  expect(limited.text).toContain('"kind":"rate_limit"')
  // So does another browser at the same address.
  expect((await tryFrom(here, 'another one')).status).toBe(429)
  expect((await tryFrom(elsewhere, 'another one')).status).toBe(204)
})

test('the start warns of a short password, and not of a long one', async () => {
  expect(house.rill.logs()).toContain('RILL_PASSWORD has fewer than 12 characters')
  await house.rill.kill('SIGTERM')
  await house.start()
  expect(house.rill.logs()).not.toContain('RILL_PASSWORD has fewer')
})

test('passwords are never logged or sent', () => {
  expect(house.linesSaying(PASSWORD)).toEqual([])
  expect(house.linesSaying('another one')).toEqual([])
})
