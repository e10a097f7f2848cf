import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { defaultAgents, publicAgents } from '@/lib/upstream/network/dial'
import { createFetch } from '@/lib/upstream/network/fetch'
import {
  BaseUrlError,
  isAllowedPort,
  isPublicAddress,
  parseBaseUrl,
  publicLookup,
} from '@/lib/upstream/network/ssrf-guard'
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ask } from './ask'

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
})
afterAll(() => upstream.stop())

describe('a base URL', () => {
  test.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['  https://api.openai.com/v1/  ', 'https://api.openai.com/v1'],
    ['http://localhost:11434/v1//', 'http://localhost:11434/v1'],
    ['HTTP://LOCALHOST', 'http://localhost'],
    ['http://[::1]:8080/v1', 'http://[::1]:8080/v1'],
    ['"https://api.openai.com/v1"', 'https://api.openai.com/v1'],
    ['api.groq.com/openai/v1', 'https://api.groq.com/openai/v1'],
    ['openrouter.ai', 'https://openrouter.ai'],
    ['8.8.8.8:8443/v1', 'https://8.8.8.8:8443/v1'],
    ['localhost:11434/v1', 'http://localhost:11434/v1'],
    ['127.0.0.1:1234', 'http://127.0.0.1:1234'],
    ['192.168.1.20:11434/v1', 'http://192.168.1.20:11434/v1'],
    ['[::1]:8080/v1', 'http://[::1]:8080/v1'],
    ['desktop:11434', 'http://desktop:11434'],
    ['desktop.local:11434/v1', 'http://desktop.local:11434/v1'],
    [' “https://api.openai.com/v1/chat/completions” ', 'https://api.openai.com/v1'],
    ['https://example.com/v1/models/', 'https://example.com/v1'],
    [
      'https://r.openai.azure.com/openai/deployments/x/chat/completions?api-version=2024-10-21',
      'https://r.openai.azure.com/openai/deployments/x?api-version=2024-10-21',
    ],
  ])('%j is %j', (typed, url) => {
    expect(parseBaseUrl(typed)).toBe(url)
  })

  test.each([
    ['', /http:\/\/ or https/],
    ['my provider', /http:\/\/ or https/],
    ['openai', /http:\/\/ or https/],
    ['me@example.com/v1', /http:\/\/ or https/],
    ['ftp://example.com', /http:\/\/ or https/],
    ['file:///etc/passwd', /http:\/\/ or https/],
    ['javascript:alert(1)', /http:\/\/ or https/],
    ['https://', /isn’t a valid address/],
    ['https://exa mple.com', /isn’t a valid address/],
    ['https://me:secret@example.com/v1', /name or password/],
    ['https://me@example.com/v1', /name or password/],
    ['https://example.com/v1?key=x', /can’t contain an API key/],
    ['https://example.com/v1?api-version=1&API_KEY=x', /can’t contain an API key/],
    ['https://example.com/v1#x', /can’t contain a #/],
  ])('%j is rejected', (typed, message) => {
    expect(() => parseBaseUrl(typed)).toThrow(BaseUrlError)
    expect(() => parseBaseUrl(typed)).toThrow(message)
  })

  test('with a private address is rejected where only public ones are allowed', () => {
    for (const url of [
      'http://127.1/v1',
      'http://0x7f000001',
      'http://[::ffff:10.0.0.1]',
      'http://localhost:1',
      'http://a.localhost',
    ]) {
      expect(() => parseBaseUrl(url, { publicOnly: true }), url).toThrow(BaseUrlError)
    }
    expect(parseBaseUrl('http://8.8.8.8/v1', { publicOnly: true })).toBe('http://8.8.8.8/v1')
    expect(() => parseBaseUrl('http://8.8.8.8:22/v1', { publicOnly: true })).toThrow('only connects to ports')
    expect(parseBaseUrl('http://8.8.8.8:22/v1')).toBe('http://8.8.8.8:22/v1')
  })
})

test.each([
  '127.0.0.1',
  '127.8.9.1',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '168.63.129.16',
  '100.64.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '4000::1',
  '1000::7f00:1',
  '2002:7f00:1::',
  '2001::1',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd00:ec2::254',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  'not an address',
  '',
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

describe('a socket to public addresses only', () => {
  /** The same server under every loopback address that a URL can have. */
  const names = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '0',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
  ]

  test.each(names)('doesn’t reach the server at %s', async (name) => {
    const connections = upstream.connections()
    const url = new URL(upstream.baseUrl)
    url.hostname = name
    const failure = await request(url, { dispatcher: publicAgents.pooled }).then(
      () => 'it answered',
      (error: Error) => error.message,
    )
    expect(failure).toContain('only connects to public')
    expect(upstream.connections()).toBe(connections)
  })

  test('reaches the same server with the default agent', async () => {
    for (const name of ['127.0.0.1', '0x7f.0.0.1', 'localhost']) {
      const { statusCode, body } = await request(`${upstream.baseUrl.replace('127.0.0.1', name)}/models`, {
        dispatcher: defaultAgents.pooled,
      })
      expect(statusCode).toBe(200)
      await body.dump()
    }
  })

  test('doesn’t reach it with fetch either', async () => {
    await expect(createFetch(publicAgents.pooled)(`${upstream.baseUrl}/models`)).rejects.toThrow(
      'only connects to public',
    )
  })

  test('resolves to public addresses only, asked for one or for all', async () => {
    for (const all of [true, false]) {
      const error = await new Promise((resolve) => publicLookup('localhost', { all }, resolve))
      expect(error).toBeInstanceOf(Error)
    }
  })

  test('rejects an unknown name with the same message as an internal one', async () => {
    const refusalOf = (name: string) => new Promise((resolve) => publicLookup(name, {}, resolve))
    expect(await refusalOf('no-such-host.invalid')).toEqual(await refusalOf('localhost'))
    expect(await refusalOf('localhost')).toMatchObject({ problem: { field: 'baseUrl', retryable: false } })
  })

  test.each([22, 25, 110, 8, 1023, 2049, 6000, 6667, 10080])('dials no port %d', async (port) => {
    expect(isAllowedPort(port)).toBe(false)
    await expect(request(`http://8.8.8.8:${port}`, { dispatcher: publicAgents.pooled })).rejects.toThrow(
      'only connects to ports',
    )
  })

  test.each([80, 443, 1024, 3000, 5000, 8000, 8080, 8443, 11434, 65535])('may dial port %d', (port) => {
    expect(isAllowedPort(port)).toBe(true)
  })
})

test('a guarded connection may be local while the server isn’t public', async () => {
  expect((await ask(upstream.baseUrl, { connection: { guarded: true } })).text).toBe('Hello there.')
})

describe('when the server is public', () => {
  /** The same modules, loaded again with `RILL_PUBLIC=1`: the environment is parsed once. */
  async function askInPublic(guarded: boolean) {
    vi.resetModules()
    vi.stubEnv('RILL_PUBLIC', '1')
    const { ask: askAnew } = await import('./ask')
    const received = await askAnew(upstream.baseUrl, { connection: { guarded } })
    vi.unstubAllEnvs()
    return received
  }

  test('a local address that a person entered is rejected with a message', async () => {
    const { end } = await askInPublic(true)
    expect(end.problem).toMatchObject({
      kind: 'bad_request',
      message: expect.stringContaining('only connects to public'),
      retryable: false,
    })
  })

  test('the operator’s upstream may be local', async () => {
    expect((await askInPublic(false)).text).toBe('Hello there.')
  })
})
