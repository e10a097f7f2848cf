import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { listModels } from '@/lib/upstream/models'
import { openTunnel, proxyTo } from '@/lib/upstream/network/tunnel'
import { type ConnectProxy, startConnectProxy } from '@/tests/upstream/connect-proxy'
import { now, type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ask, problemOf } from './ask'

let upstream: ScriptedUpstream
let direct: ScriptedUpstream
let proxy: ConnectProxy
beforeAll(async () => {
  upstream = await startScriptedUpstream()
  direct = await startScriptedUpstream()
  proxy = await startConnectProxy()
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, '')
  const url = new URL(proxy.url)
  vi.stubEnv('HTTP_PROXY', `http://ann:p%40ss@${url.host}`)
  vi.stubEnv('NO_PROXY', `${new URL(direct.baseUrl).host}, .inside.example, plain.example, [::1]:8080`)
  // Others can reach this Rill, so providers that people add are guarded.
  vi.stubEnv('RILL_PUBLIC', '1')
})
beforeEach(() => {
  proxy.tunnels.length = 0
  proxy.status = 200
  upstream.requests.length = 0
})
afterAll(async () => {
  await upstream.stop()
  await direct.stop()
  await proxy.stop()
  vi.unstubAllEnvs()
})

const host = () => new URL(upstream.baseUrl).host

test('a request goes through the proxy, with the proxy’s credentials and the upstream’s key', async () => {
  const received = await ask(upstream.baseUrl)
  expect([received.text, received.end.problem]).toEqual(['Hello there.', null])
  const authorization = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`
  expect(proxy.tunnels).toEqual([{ target: host(), authorization }])
  expect(upstream.requests[0]?.headers.authorization).toBe('Bearer sk-a-test-key')
  expect(upstream.requests[0]?.headers['proxy-authorization']).toBeUndefined()
})

test('the proxy’s password may contain an unescaped percent sign', async () => {
  const url = new URL(proxy.url)
  const socket = await openTunnel(new URL(`http://ann:50%@${url.host}`), host(), null)
  socket.destroy()
  const authorization = `Basic ${Buffer.from('ann:50%').toString('base64')}`
  expect(proxy.tunnels).toEqual([{ target: host(), authorization }])
})

test('a name that only the proxy knows is resolved by the proxy', async () => {
  proxy.names.set('models.corp.invalid:8080', Number(new URL(upstream.baseUrl).port))
  const received = await ask('http://models.corp.invalid:8080/v1')
  expect(received.text).toBe('Hello there.')
  expect(proxy.tunnels).toMatchObject([{ target: 'models.corp.invalid:8080' }])
})

test('a host in NO_PROXY is dialed directly', async () => {
  expect((await ask(direct.baseUrl)).text).toBe('Hello there.')
  expect(proxy.tunnels).toEqual([])
})

test('a server on this machine is dialed directly', async () => {
  const other = await startScriptedUpstream()
  expect((await ask(other.baseUrl, { connection: { local: true } })).text).toBe('Hello there.')
  expect(proxy.tunnels).toEqual([])
  await other.stop()
})

test.each([
  ['http:', 'a.example', '', true],
  ['https:', 'a.example', '', true],
  ['http:', 'inside.example', '', false],
  ['http:', 'deep.inside.example', '9000', false],
  ['http:', 'notinside.example', '', true],
  ['https:', 'PLAIN.example', '', false],
  ['http:', 'sub.plain.example', '', false],
  ['http:', '[::1]', '8080', false],
  ['http:', '::1', '8080', false],
  ['http:', '[::1]', '8081', true],
])('%s//%s port %j goes through the proxy: %s', (protocol, hostname, port, through) => {
  expect(proxyTo({ protocol, hostname, port }) !== null).toBe(through)
})

describe('a proxy that refuses', () => {
  test.each([
    [403, 'refused the connection', false],
    [407, 'requires a username and password', false],
    [502, 'couldn’t reach the provider', true],
  ])('%d is reported as the proxy’s error', async (status, words, retryable) => {
    proxy.status = status
    const problem = problemOf(await ask(`http://refused-${status}.example/v1`))
    expect(problem).toMatchObject({ kind: 'network', retryable, message: expect.stringContaining(words) })
    expect(problem.message).toContain('HTTPS_PROXY')
  })

  test('Stop ends the wait and closes the socket', async () => {
    proxy.status = 0
    const stop = new AbortController()
    const asked = ask('http://hanging.example/v1', { signal: stop.signal })
    await vi.waitFor(() => expect(proxy.tunnels).toHaveLength(1))
    const stoppedAt = now()
    stop.abort()
    expect((await asked).end).toEqual({ finishReason: null, problem: null })
    expect(now() - stoppedAt).toBeLessThan(1000)
  })
})

describe('a provider that a person added, where others can reach Rill', () => {
  const guarded = (baseUrl: string) => ask(baseUrl, { connection: { guarded: true } })

  test.each([
    'http://127.0.0.1:8080/v1',
    'http://[::1]:8080/v1',
    'http://10.0.0.1/v1',
    'http://169.254.169.254/v1',
    'http://localhost:8080/v1',
    'http://ip6-localhost:8080/v1',
  ])('reaches nothing internal through the proxy: %s', async (baseUrl) => {
    expect(problemOf(await guarded(baseUrl)).message).toContain('only connects to public')
    expect(proxy.tunnels).toEqual([])
  })

  test('doesn’t pass an unknown name to the proxy, which might know an internal one', async () => {
    proxy.names.set('models.corp.invalid:8080', Number(new URL(upstream.baseUrl).port))
    expect(problemOf(await guarded('http://models.corp.invalid:8080/v1')).message).toContain('only connects to public')
    expect(proxy.tunnels).toEqual([])
  })

  test('reaches a public host by the address that was checked', async () => {
    proxy.names.set('8.8.8.8:8080', Number(new URL(upstream.baseUrl).port))
    expect((await guarded('http://8.8.8.8:8080/v1')).text).toBe('Hello there.')
    expect(proxy.tunnels).toMatchObject([{ target: '8.8.8.8:8080' }])
  })
})

test('lists of models use the proxy too', async () => {
  proxy.names.set('lists.corp.invalid:80', Number(new URL(upstream.baseUrl).port))
  const baseUrl = 'http://lists.corp.invalid/v1'
  const place = { providerId: 'p', name: 'P', baseUrl, apiKey: null, headers: {}, guarded: false }
  const listed = await listModels({ ...place, capabilities: new Map(), remember() {} }, AbortSignal.timeout(5000))
  expect(listed).toMatchObject({ models: [{ name: 'scripted' }] })
})
