import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../client'
import { type House, openHouse } from '../house'

let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite')
  client = house.client()
  await client.call('GET', '/api/settings')
})
afterAll(() => house?.close())

/** What a request as it stands is answered: the head, its status, and the body. */
async function raw(text: string) {
  const socket = connect(house.rill.port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  socket.setEncoding('utf8').on('data', (data) => {
    answer += data
  })
  await once(socket, 'close')
  const [head = '', ...body] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: body.join('\r\n\r\n') }
}

const get = (target: string, method = 'GET', more = '') =>
  raw(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${house.rill.port}\r\nConnection: close\r\n${more}\r\n`)

test.each([
  '/_next/static/chunks/no-such-file.js',
  '/_next/static/',
  '/_next/static/no/such/page',
  '/_next/static/..%2f..%2fsettings',
  '/_next/%73tatic/x',
  '/_next//static/x',
  '/_next/static/x?y=z',
])('a missing asset is a bare 404: %s', async (path) => {
  const { status, head, body } = await get(path)
  expect([308, 404]).toContain(status)
  if (!path.includes('//')) expect(body).not.toContain('<script')
  expect(head).toContain('content-security-policy:')
  expect(head).toContain("frame-ancestors 'none'")
  expect(head).toContain('x-frame-options: deny')
})

test.each([
  ['GET', '/'],
  ['GET', '/no/such/page'],
  ['GET', '/settings/'],
  ['GET', '/api/no-such-thing'],
  ['GET', '/api/health'],
  ['GET', '/_next/image?url=/icon.svg&w=64&q=75'],
  ['GET', '/_next/data/x/index.json'],
  ['GET', '/%'],
  ['GET', '/%ff'],
  ['GET', '/c/%00'],
  ['GET', '*'],
  ['TRACE', '/'],
  ['PROPFIND', '/settings'],
  ['POST', '/'],
  ['OPTIONS', '/'],
  ['HEAD', '/'],
])('%s %s has every header', async (method, path) => {
  const { head } = await get(path, method)
  expect(head.match(/^content-security-policy:/gm)).toHaveLength(1)
  for (const header of [
    "frame-ancestors 'none'",
    'x-frame-options: deny',
    'x-content-type-options: nosniff',
    'referrer-policy: no-referrer',
    'cross-origin-opener-policy: same-origin',
    'cross-origin-resource-policy: same-origin',
  ])
    expect(head).toContain(header)
})

test('assets that are there come with their type, and a worker’s script without a policy of its own', async () => {
  const { text } = await client.call('GET', '/')
  const [script = ''] = /\/_next\/static\/[^"]+\.js/.exec(text) ?? []
  const { status, head } = await get(script)
  expect([status, head.includes('javascript'), head.includes('content-security-policy')]).toEqual([200, true, false])
  expect(head).toContain('x-content-type-options: nosniff')
  expect(head).toContain('immutable')
})

test('what cannot be asked for is refused in one line, and nothing is logged', async () => {
  const before = house.rill.logs()
  const answers = [
    ['TRACE', '/', 405],
    ['TRACE', '/api/settings', 405],
    ['PROPFIND', '/', 405],
    ['GET', '*', 400],
    ['OPTIONS', '*', 400],
    ['POST', '/', 405],
    ['PUT', '/settings', 405],
    ['POST', '/%61pi/settings', 405],
    ['POST', '/api%2Fsettings', 405],
    ['DELETE', '/%2561pi/settings', 405],
    ['GET', '/%', 400],
    ['GET', '/%ff', 400],
    ['GET', '/%c0%af', 400],
    ['GET', '/api/%', 400],
    ['GET', '/api/conversations/%E0%A4%A', 400],
    ['GET', '/c/%00', 400],
    ['GET', '/_next/static/%', 400],
    ['GET', '/api/generations/events?from=%00:1', 400],
    ['GET', '/api/generations/events?from=a%00b:1', 400],
    ['GET', '/api/conversations?cursor=%00', 400],
    ['GET', '/api/usage?conversation=%00', 400],
    ['GET', '/api/usage?from=%00', 400],
    ['GET', '/api/budgets?conversationId=%00', 400],
    ['DELETE', '/api/prices?provider=%00&model=x', 400],
    ['GET', '/api/settings?%', 200],
  ] as const
  for (const [method, path, expected] of answers) {
    const { status, body } = await get(path, method)
    expect([method, path, status]).toEqual([method, path, expected])
    if (expected !== 200)
      expect(
        body
          .trim()
          .split('\n')
          .filter((line) => !/^[\da-f]+\r?$/.test(line) && line.trim() !== ''),
      ).toHaveLength(1)
  }
  expect(house.rill.logs()).toBe(before)
})

test('the address of a proxy’s form is not a way around the Host', async () => {
  const { status } = await raw(`GET http://127.0.0.1/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)
  expect(status).toBe(400)
})

test.each([
  ['h2c', '/api/health', 'localhost', 200],
  ['h2c', '/api/settings', 'evil.example', 403],
  ['h2c', '/api/generations/none/events', 'localhost', 404],
  ['websocket', '/', 'localhost', 200],
  ['websocket', '/', 'evil.example', 403],
  ['websocket', '/_next/hmr', 'localhost', 404],
  ['websocket', '/_next/static/none', 'localhost', 404],
  ['TLS/1.0', '/icon.svg', 'localhost', 200],
])('an offer to upgrade to %s at %s of %s is ignored', async (protocol, path, name, expected) => {
  const { status, head } = await raw(
    `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: Upgrade, close\r\nUpgrade: ${protocol}\r\n\r\n`,
  )
  expect(status).toBe(expected)
  expect(head).toContain('x-frame-options: deny')
})

test('a client that leaves while it sends is no error', async () => {
  const before = house.rill.logs()
  for (const path of ['/api/chat', '/api/settings', '/']) {
    const socket = connect(house.rill.port, '127.0.0.1')
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${house.rill.port}\r\nContent-Type: application/json\r\n`
    socket.write(`${head}Cookie: ${client.cookie}\r\nContent-Length: 10000\r\n\r\n{"text":`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    socket.destroy()
    const chunked = connect(house.rill.port, '127.0.0.1')
    chunked.write(`${head}Cookie: ${client.cookie}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"tex\r\n`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    chunked.resetAndDestroy()
  }
  // The next answer comes after whatever these have left behind.
  for (let index = 0; index < 5; index++) expect((await client.call('GET', '/api/settings')).status).toBe(200)
  expect(house.rill.logs()).toBe(before)
})

test('nothing on the way keeps a stream of events', async () => {
  for (const path of ['/api/health/stream', '/api/generations/events?from=']) {
    const { statusCode, headers, body } = await client.open('GET', path)
    await body.dump()
    expect([path, statusCode < 500, String(headers['cache-control']).includes('no-store')]).toEqual([path, true, true])
  }
})

test('metrics are for whoever has the token, and where everybody is let in, for nobody else', async () => {
  const token = 'a token for Prometheus'
  const rights = async (environment: Record<string, string>) => {
    const own = await openHouse('sqlite', environment)
    try {
      const ask = async (authorization?: string) =>
        (await own.client().call('GET', '/api/metrics', { headers: authorization ? { authorization } : {} })).status
      return [await ask(), await ask('Bearer not the one'), await ask(`Bearer ${token}`)]
    } finally {
      await own.close()
    }
  }
  expect(await rights({ RILL_OPEN: '1' })).toEqual([401, 401, 401])
  expect(await rights({ RILL_OPEN: '1', RILL_METRICS_TOKEN: token })).toEqual([401, 401, 200])
  expect(await rights({ RILL_METRICS_TOKEN: token })).toEqual([401, 401, 200])
})
