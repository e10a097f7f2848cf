import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conversationPage } from '@/lib/protocol/api'
import type { Client } from '../client'
import { type House, openHouse } from '../house'
import { addressOf, type Route, routes } from './routes'

const pages = ['/', `/c/${randomUUID()}`, '/settings', '/no/such/page']
/** Open to everyone, including monitors, since it reveals nothing about anyone. */
const open = ['GET /api/health']

// None of this reaches the database.
let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite', { RILL_OPEN: '1' })
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
  test.each(named)('can’t call %s', async (_name, route) => {
    const { method } = route
    for (const [what, headers] of foreign) {
      const json = method === 'GET' || method === 'DELETE' ? undefined : {}
      const { status, problem } = await client.refusal(method, addressOf(route, randomUUID()), { headers, json })
      expect([what, status, problem.kind]).toEqual([what, 403, 'forbidden'])
    }
  })

  test('don’t affect calls of Rill’s own pages', async () => {
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

  test.each(pages)('can’t show %s under a foreign name', async (path) => {
    const { status, text } = await client.call('GET', path, { headers: { host: 'evil.example' } })
    expect(status).toBe(403)
    expect(text).not.toContain('<script')
  })
})

describe('pages', () => {
  test.each(pages)('%s has a policy with a new nonce', async (path) => {
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
  const lasting = /^rill-[0-9a-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/

  test('start on the first visit of a page, with a cookie that scripts can’t read', async () => {
    const browser = house.client()
    const { cookies } = await browser.call('GET', '/')
    expect(cookies).toEqual([expect.stringMatching(lasting)])
    expect((await browser.call('GET', '/')).cookies).toEqual([])
    const behindTls = await house.client().call('GET', '/', { headers: { 'x-forwarded-proto': 'https' } })
    expect(behindTls.cookies).toEqual([expect.stringMatching(/^__Host-rill-[0-9a-f]{8}=[\w-]{43}; .*; Secure$/)])
  })

  test('start with the first call that writes, not with one that reads or is refused', async () => {
    const script = house.client()
    expect((await script.call('GET', '/api/conversations')).cookies).toEqual([])
    expect((await script.call('PATCH', '/api/settings', { json: { theme: 'pink' } })).cookies).toEqual([])
    expect((await script.call('PATCH', '/api/settings', { json: { theme: 'dark' } })).cookies).toEqual([
      expect.stringMatching(lasting),
    ])
    expect((await script.call('GET', '/api/settings')).text).toContain('"theme":"dark"')
  })

  test('a page and its calls share a session', async () => {
    const browser = house.client()
    await browser.call('GET', '/')
    await browser.finish({ text: 'from the page' })
    expect((await browser.call('GET', '/')).text).toContain('from the page')
  })

  test('a forged cookie gets a new session', async () => {
    const owner = house.client()
    await owner.finish({ text: 'not for forgers' })
    const [name = '', token = ''] = (owner.cookie ?? '').split('=')
    const changed = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`
    for (const forged of [
      changed,
      token.slice(0, -1),
      `${token}A`,
      token.toLowerCase(),
      `${token}%00`,
      'x',
      '',
      "' or 1=1 --",
    ]) {
      const forger = house.client()
      forger.cookie = `${name}=${forged}`
      expect((await forger.ask(conversationPage, 'GET', '/api/conversations')).conversations).toEqual([])
      await forger.call('GET', '/')
      expect(forger.cookie).not.toBe(`${name}=${forged}`)
    }
  })

  test('no header of a browser selects another person’s page', async () => {
    const owner = house.client()
    await owner.finish({ text: 'seen by me alone' })
    const session = (owner.cookie ?? '').split('=')[1] ?? ''
    expect(session).toHaveLength(43)
    for (const name of ['x-rill-session', 'X-RILL-SESSION', 'x-rill-path', 'x-middleware-request-x-rill-session']) {
      const { text } = await house.client().call('GET', '/', { headers: { [name]: session } })
      expect(text).not.toContain('seen by me alone')
    }
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
