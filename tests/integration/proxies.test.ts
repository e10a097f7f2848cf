import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { generationStatus, startData } from '@/lib/protocol/events'
import { readTicks, streamingOf } from '@/lib/protocol/ticks'
import { type ReverseProxy, startCaddy, startNginx } from '../proxies'
import { done, finish } from '../upstream/events'
import { Client } from './client'
import { type House, openHouse } from './house'

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

  test('text arrives as it is written', async () => {
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

  test('Stop ends it at the upstream', async () => {
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

  test('a page and its policy come through', async () => {
    const { statusCode, headers, body } = await request(proxy.url)
    expect(statusCode).toBe(200)
    expect(headers['content-security-policy']).toContain("script-src 'self' 'nonce-")
    await body.dump()
  })
})

test('an nginx that buffers and compresses is found out', async () => {
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
