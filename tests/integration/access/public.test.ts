import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelList } from '@/lib/protocol/api'
import { provider, providerList } from '@/lib/protocol/providers'
import type { Client } from '../client'
import { type House, openHouse } from '../house'

/** Addresses of the server's machine and network, in all spellings. */
const inside = [
  'http://127.0.0.1',
  'http://127.1',
  'http://2130706433',
  'http://0x7f000001',
  'http://0x7f.0.0.1',
  'http://0177.0.0.1',
  'http://0.0.0.0',
  'http://0',
  'http://localhost',
  'http://LOCALHOST.',
  'http://model.localhost',
  'http://①②⑦.⓪.⓪.①',
  'http://[::1]',
  'http://[::]',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:7f00:1]',
  'http://[::127.0.0.1]',
  'http://[64:ff9b::7f00:1]',
  'http://[2002:7f00:1::]',
  'http://[fe80::1]',
  'http://[fd00:ec2::254]',
  'http://10.1.2.3',
  'http://172.16.0.1',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://169.254.169.254',
  'http://0xa9fea9fe',
  'http://224.0.0.1',
  'http://255.255.255.255',
]

describe('a Rill that others can reach', () => {
  let house: House
  let client: Client
  /** Stored before Rill was public: a name that resolves to loopback, and loopback itself. */
  let stored: { id: string; baseUrl: string }[]
  beforeAll(async () => {
    house = await openHouse('sqlite', { RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
    client = house.client()
    // To get a cookie: three concurrent first calls would be three people.
    await client.call('PATCH', '/api/settings', { json: {} })
    const port = new URL(house.upstream.baseUrl).port
    const hosts = ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]']
    stored = await Promise.all(
      hosts.map((host) => {
        const json = { name: host, baseUrl: `http://${host}:${port}/v1`, apiKey: 'inside-key-9931' }
        return client.ask(provider, 'POST', '/api/providers', json)
      }),
    )
    const [first] = stored
    expect(await client.finish({ text: 'while private', model: `${first?.id}:scripted` })).toMatchObject({
      status: 'completed',
    })
    await house.rill.kill('SIGTERM')
    await house.start({ RILL_PUBLIC: '1' })
  })
  afterAll(() => house?.close())

  test.each(inside)('stores no provider at %s, and tests none', async (origin) => {
    for (const path of ['/api/providers', '/api/providers/test']) {
      const refusal = await client.refusal('POST', path, { json: { name: 'Inside', baseUrl: `${origin}/v1` } })
      expect(refusal).toMatchObject({ status: 400, problem: { field: 'baseUrl' } })
      expect(refusal.problem.message).toContain('only connects to public')
    }
    const [own] = stored
    const change = { baseUrl: `${origin}/v1`, apiKey: 'x' }
    expect((await client.refusal('PATCH', `/api/providers/${own?.id}`, { json: change })).problem.field).toBe('baseUrl')
  })

  test('connects to no internal address for a provider that was stored before', async () => {
    const before = house.upstream.requests.length
    for (const { id } of stored) {
      const answer = await client.finish({ text: 'from outside', model: `${id}:scripted` })
      expect(answer.status).toBe('failed')
      expect(answer.parts).toMatchObject([
        { type: 'error', problem: { message: expect.stringContaining('only connects to public') } },
      ])
    }
    expect(house.upstream.requests).toHaveLength(before)
    const { groups } = await client.ask(modelList, 'GET', '/api/models')
    for (const { id } of stored) {
      expect(groups.find(({ providerId }) => providerId === id)?.problem?.message).toContain('only connects to public')
    }
  })

  test('still uses the operator’s provider, and offers no local servers', async () => {
    expect(await client.finish({ text: 'the operator’s' })).toMatchObject({ status: 'completed', text: 'Hello there.' })
    expect((await client.ask(providerList, 'GET', '/api/providers')).local).toEqual([])
    const turn = { turnId: 'local', text: 'x', model: 'ollama:any' }
    // A model name without a provider is one of the operator's provider.
    await client.call('POST', '/api/chat', { json: { ...turn, stream: false } })
    expect((await house.asked('x')).body.model).toBe('ollama:any')
  })
})
