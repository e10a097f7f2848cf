import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conversationPage } from '@/lib/protocol/api'
import type { Client } from './client'
import { type House, openHouse } from './house'
import { addressOf, type Route, routes } from './routes'

const pages = ['/', `/c/${randomUUID()}`, '/settings', '/no/such/page']
/** Open to everybody and every monitor: it tells nothing about anybody. */
const open = ['GET /api/health']

// None of this reaches the database.
let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite')
  client = house.client()
})
afterAll(() => house?.close())

const guarded = routes().filter(({ method, path }) => !open.includes(`${method} ${path}`))
const named = guarded.map((route): [string, Route] => [`${route.method} ${route.path}`, route])

describe('other sites', () => {
  const foreign: [string, Record<string, string>][] = [
    ['a foreign Host', { host: 'evil.example' }],
    ['a foreign Host with our port', { host: 'evil.example:3000' }],
    ['another machine’s address as Host', { host: '192.0.2.1' }],
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['an opaque Origin', { origin: 'null' }],
    ['loopback on another port as Origin', { origin: 'http://127.0.0.1:1' }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
  ]
  test.each(named)('%s is refused to them', async (_name, route) => {
    const { method } = route
    for (const [what, headers] of foreign) {
      const json = method === 'GET' || method === 'DELETE' ? undefined : {}
      const { status, problem } = await client.refusal(method, addressOf(route, randomUUID()), { headers, json })
      expect([what, status, problem.kind]).toEqual([what, 403, 'forbidden'])
    }
  })

  test('our own pages are not refused', async () => {
    const { host, origin } = new URL(house.rill.url)
    const port = new URL(house.rill.url).port
    const own: Record<string, string>[] = [
      { origin, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { host: `localhost:${port}`, origin: `http://localhost:${port}` },
      { host: `[::1]:${port}`, origin: `http://[::1]:${port}` },
      { host },
    ]
    for (const headers of own) {
      expect((await client.call('GET', '/api/settings', { headers })).status).toBe(200)
      expect((await client.call('PATCH', '/api/settings', { headers, json: {} })).status).toBe(200)
    }
  })

  test.each(pages)('%s is not shown under a foreign name', async (path) => {
    const { status, text } = await client.call('GET', path, { headers: { host: 'evil.example' } })
    expect(status).toBe(403)
    expect(text).not.toContain('<script')
  })
})

describe('pages', () => {
  test.each(pages)('%s has a policy with a nonce of its own', async (path) => {
    const answers = [await client.call('GET', path), await client.call('GET', path)]
    const nonces = answers.map(({ headers, text }) => {
      const policy = directives(String(headers['content-security-policy']))
      const nonce = /^'nonce-([\w+/=]{20,})'$/.exec(
        policy['script-src']?.find((each) => each.startsWith("'nonce-")) ?? '',
      )?.[1]
      expect(policy['script-src']).toEqual(["'self'", `'nonce-${nonce}'`, "'strict-dynamic'"])
      expect(policy).toMatchObject({
        'frame-ancestors': ["'none'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'connect-src': ["'self'"],
        'img-src': ["'self'", 'data:', 'blob:'],
      })
      const scripts = text.match(/<script\b[^>]*>/g) ?? []
      expect(scripts.length).toBeGreaterThan(0)
      for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`)
      return nonce
    })
    expect(new Set(nonces).size).toBe(2)
  })

  test.each([...pages, '/api/settings', '/api/health', '/api/no-such-thing'])(
    '%s says what browsers must not do',
    async (path) => {
      const { headers } = await client.call('GET', path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(headers['cache-control']).toContain('no-store')
      expect(headers).not.toHaveProperty('x-powered-by')
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    },
  )
})

describe('sessions', () => {
  test.each(['/', '/api/conversations'])(
    'begin on the first visit of %s, with a cookie that scripts cannot read',
    async (path) => {
      const browser = house.client()
      const { cookies } = await browser.call('GET', path)
      expect(cookies).toHaveLength(1)
      expect(cookies[0]).toMatch(/^rill=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
      expect((await browser.call('GET', path)).cookies).toEqual([])
      const behindTls = await house.client().call('GET', path, { headers: { 'x-forwarded-proto': 'https' } })
      expect(behindTls.cookies[0]).toContain('; Secure')
    },
  )

  test('the page and the calls it makes are one session', async () => {
    const browser = house.client()
    await browser.call('GET', '/')
    await browser.finish({ text: 'from the page' })
    expect((await browser.call('GET', '/')).text).toContain('from the page')
  })

  test('a forged cookie is a new session', async () => {
    const owner = house.client()
    await owner.finish({ text: 'not for forgers' })
    const [header = '', payload = '', signature = ''] = (owner.cookie ?? '').replace('rill=', '').split('.')
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    for (const forged of [
      `${header}.${payload}.${changed}`,
      `${header}.${payload}.`,
      `${encoded({ alg: 'none' })}.${payload}.`,
      `${encoded({ alg: 'HS256' })}.${payload}.${signature.slice(0, -2)}`,
      'x',
      '',
    ]) {
      const forger = house.client()
      forger.cookie = `rill=${forged}`
      const { conversations } = await forger.ask(conversationPage, 'GET', '/api/conversations')
      expect(conversations).toEqual([])
      expect(forger.cookie).not.toBe(`rill=${forged}`)
    }
  })

  test('nothing that a browser sends chooses whose page it is shown', async () => {
    const owner = house.client()
    await owner.finish({ text: 'seen by me alone' })
    const session = (owner.cookie ?? '').replace('rill=', '')
    const { text } = await house.client().call('GET', '/', { headers: { 'x-rill-session': session } })
    expect(text).not.toContain('seen by me alone')
    const { text: mine } = await owner.call('GET', '/', { headers: { 'x-middleware-subrequest': 'proxy:proxy:proxy' } })
    expect(mine).toContain('seen by me alone')
  })
})

function directives(policy: string): Record<string, string[]> {
  return Object.fromEntries(
    policy.split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(/\s+/)
      return [name, values]
    }),
  )
}
