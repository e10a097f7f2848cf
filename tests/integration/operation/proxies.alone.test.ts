import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { generationStatus, startData } from '@/lib/protocol/events'
import { readTicks, streamingOf } from '@/lib/protocol/ticks'
import { type ReverseProxy, startCaddy, startNginx, startTls } from '../../proxies'
import { done, finish } from '../../upstream/events'
import { Client, turnOf } from '../client'
import { type House, openHouse } from '../house'

let house: House
beforeAll(async () => {
  house = await openHouse('sqlite')
})
afterAll(() => house?.close())

const portOf = () => Number(new URL(house.rill.url).port)

async function streamingThrough(proxy: ReverseProxy) {
  const response = await fetch(`${proxy.url}/api/health/stream`)
  if (!response.body) throw new Error('The self-test has a body')
  return streamingOf(await readTicks(response.body, () => performance.now()))
}

describe.each([
  ['nginx', () => startNginx([portOf()])],
  ['Caddy', () => startCaddy(portOf())],
] as const)('behind %s, as docs/deploy.md sets it up', (name, startProxy) => {
  let proxy: ReverseProxy
  let client: Client
  beforeAll(async () => {
    proxy = await startProxy()
    client = new Client(
      () => proxy.url,
      () => undefined,
    )
  })
  afterAll(() => proxy?.stop())

  test('passes text on as it is written', async () => {
    expect(await streamingThrough(proxy)).toEqual({ smooth: true })
    const prompt = `through ${name}`
    house.upstream.scriptFor(prompt, [
      { delta: 'First' },
      { until: prompt },
      { delta: ', last.' },
      { write: finish('stop') + done },
    ])
    const reader = await client.chat({ text: prompt })
    await reader.untilText('First')
    house.upstream.open(prompt)
    await reader.rest()
    expect(reader.text).toBe('First, last.')
    expect(reader.seen.at(-1)).toMatchObject({ data: { status: 'completed' } })
  })

  test('passes Stop on to the provider', async () => {
    const prompt = `stopped behind ${name}`
    house.upstream.scriptFor(prompt, [{ delta: 'First' }, { until: 'never' }])
    const reader = await client.chat({ text: prompt })
    await reader.untilText('First')
    const { generationId } = startData.parse(reader.seen[0]?.data)
    const answer = await client.ask(
      z.object({ status: generationStatus }),
      'POST',
      `/api/generations/${generationId}/stop`,
    )
    expect(answer).toEqual({ status: 'stopped' })
    expect((await (await house.asked(prompt)).closed).ended).toBe(false)
  })

  test('passes a page and its policy on', async () => {
    const { statusCode, headers, body } = await request(proxy.url)
    expect(statusCode).toBe(200)
    expect(headers['content-security-policy']).toContain("script-src 'self' 'nonce-")
    await body.dump()
  })
})

test('the connection test notices an nginx that buffers and compresses', async () => {
  const proxy = await startNginx([portOf()], (site) =>
    site.replace(
      'proxy_buffering off;',
      'proxy_ignore_headers X-Accel-Buffering; gzip on; gzip_types text/event-stream; gzip_min_length 0; gzip_proxied any;',
    ),
  )
  const streaming = await streamingThrough(proxy)
  await proxy.stop()
  expect(streaming.smooth).toBe(false)
})

describe('behind TLS and the nginx of the docs', () => {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  let limited: House
  let nginx: ReverseProxy
  let tls: ReverseProxy
  beforeAll(async () => {
    limited = await openHouse('sqlite', { RILL_RATE_PER_MINUTE: '2', RILL_OPEN: '1', RILL_TRUSTED_PROXIES: '2' })
    nginx = await startNginx([Number(new URL(limited.rill.url).port)])
    tls = await startTls(nginx)
  })
  afterAll(async () => {
    await tls?.stop()
    await nginx?.stop()
    await limited?.close()
    await dispatcher.close()
  })

  const get = (path: string, headers: Record<string, string> = {}) =>
    request(tls.url + path, { dispatcher, headers: { host: new URL(tls.url).host, ...headers } })

  test('the cookie is Secure, and the origin is the browser’s, also in pages', async () => {
    const { headers, body, statusCode } = await get('/', { origin: tls.url })
    expect([statusCode, String(headers['set-cookie']).includes('; Secure')]).toEqual([200, true])
    expect(await body.text()).toContain(`${tls.url}/open-graph.png`)
    const call = async (origin: string) => (await get('/api/settings', { origin })).statusCode
    expect(await call(tls.url)).toBe(200)
    expect(await call(tls.url.replace('https', 'http'))).toBe(403)
  })

  test('a browser that only claims TLS gets no Secure cookie', async () => {
    const answer = await request(nginx.url, { headers: { 'x-forwarded-proto': 'https' } })
    await answer.body.dump()
    // Two proxies are trusted, but the request came through one.
    expect(String(answer.headers['set-cookie'])).not.toContain('; Secure')
  })

  test('each client has its own limit, and can’t get another by what it sends', async () => {
    // From an address without page views, which would count too.
    const elsewhere = new Agent({ connect: { rejectUnauthorized: false }, localAddress: '127.0.0.2' })
    const start = async (forwarded: string) => {
      const answer = await request(`${tls.url}/api/chat`, {
        dispatcher: elsewhere,
        method: 'POST',
        headers: { host: new URL(tls.url).host, 'content-type': 'application/json', 'x-forwarded-for': forwarded },
        body: JSON.stringify(turnOf({ text: 'limited' })),
      })
      await answer.body.dump()
      return answer.statusCode
    }
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) statuses.push(await start(`198.51.100.${index}`))
    // Without cookies, only the address counts, with twice a person's limit.
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429])
    await elsewhere.close()
  })
})
