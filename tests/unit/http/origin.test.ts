import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** Loads the module with an environment. */
async function loadWith(environment: Record<string, string>) {
  vi.resetModules()
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const { checkOrigin, hostAllowed } = await import('@/lib/http/origin')
  const check = (headers: Record<string, string>) => () => checkOrigin(new Headers(headers))
  return { hostAllowed, check, refuses: (headers: Record<string, string>) => refuses(check(headers)) }
}

function refuses(check: () => void): boolean {
  try {
    check()
    return false
  } catch {
    return true
  }
}

test('on loopback, only loopback names are allowed', async () => {
  const { hostAllowed } = await loadWith({ HOST: '127.0.0.1' })
  for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'localhost', 'LOCALHOST:1', 'rill.localhost']) {
    expect(hostAllowed(host), host).toBe(true)
  }
  for (const host of [
    '',
    'evil.example',
    'evil.example:3000',
    '192.168.1.5:3000',
    'localhost.evil.example',
    'a b',
    '@localhost',
    'localhost/x',
  ]) {
    expect(hostAllowed(host), host).toBe(false)
  }
})

test('on a network, IP addresses are allowed, and names only if listed', async () => {
  const { hostAllowed } = await loadWith({ HOST: '0.0.0.0', RILL_OPEN: '1', RILL_HOSTS: 'rill.example, Other.example' })
  for (const host of ['192.168.1.5:3000', '[fd00::1]:3000', 'rill.example', 'other.example:8080', 'localhost']) {
    expect(hostAllowed(host), host).toBe(true)
  }
  for (const host of ['evil.example', 'rill.example.evil.example']) expect(hostAllowed(host), host).toBe(false)
})

test('requests from pages of other sites are refused', async () => {
  const { refuses } = await loadWith({ HOST: '127.0.0.1' })
  const host = 'localhost:3000'
  expect(refuses({ host })).toBe(false)
  expect(refuses({ host, origin: 'http://localhost:3000' })).toBe(false)
  expect(refuses({ host, 'sec-fetch-site': 'same-origin' })).toBe(false)
  expect(refuses({ host, 'sec-fetch-site': 'none' })).toBe(false)
  expect(refuses({ host: 'localhost', origin: 'http://localhost:80' })).toBe(false)
  expect(refuses({ host, origin: 'http://localhost:3001' })).toBe(true)
  expect(refuses({ host, origin: 'https://evil.example' })).toBe(true)
  expect(refuses({ host, origin: 'null' })).toBe(true)
  expect(refuses({ host, 'sec-fetch-site': 'cross-site' })).toBe(true)
  expect(refuses({ host, 'sec-fetch-site': 'same-site' })).toBe(true)
})

test('an origin is compared with its scheme, which a trusted proxy may forward', async () => {
  const { refuses } = await loadWith({ HOST: '127.0.0.1', RILL_HOSTS: 'rill.example' })
  const proxied = { host: 'rill.example', 'x-rill-peer': '127.0.0.1', 'x-forwarded-proto': 'https' }
  expect(refuses({ host: 'localhost:3000', origin: 'https://localhost:3000' })).toBe(true)
  expect(refuses({ ...proxied, origin: 'https://rill.example' })).toBe(false)
  expect(refuses({ ...proxied, origin: 'https://rill.example:443' })).toBe(false)
  expect(refuses({ ...proxied, origin: 'http://rill.example' })).toBe(true)
  expect(refuses({ ...proxied, origin: 'ftp://rill.example' })).toBe(true)
  expect(refuses({ ...proxied, 'x-rill-peer': '203.0.113.7', origin: 'https://rill.example' })).toBe(true)
})

test('a page under a rebound name is refused whichever host it forwards', async () => {
  const { refuses } = await loadWith({ HOST: '127.0.0.1', RILL_HOSTS: 'rill.example' })
  const peer = { 'x-rill-peer': '127.0.0.1' }
  expect(refuses({ ...peer, host: 'evil.example', 'x-forwarded-host': 'localhost:3000' })).toBe(true)
  expect(refuses({ ...peer, host: 'localhost:3000', 'x-forwarded-host': 'evil.example' })).toBe(true)
  expect(
    refuses({ ...peer, host: '127.0.0.1:3000', 'x-forwarded-host': 'rill.example', origin: 'http://rill.example' }),
  ).toBe(false)
})

test('a page over https behind an untrusted proxy gets an error that names the setting', async () => {
  const { check } = await loadWith({
    HOST: '0.0.0.0',
    RILL_OPEN: '1',
    RILL_HOSTS: 'rill.example',
    RILL_TRUSTED_PROXIES: '1',
  })
  const request = { host: 'rill.example', origin: 'https://rill.example', 'x-rill-peer': '172.18.0.5' }
  // Two proxies, but the setting counts one.
  const twice = { ...request, 'x-forwarded-for': '203.0.113.7, 172.18.0.1', 'x-forwarded-proto': 'https, http' }
  expect(check(twice)).toThrow(/X-Forwarded-Proto.*RILL_TRUSTED_PROXIES/)
  expect(check(request)).toThrow(/RILL_TRUSTED_PROXIES/)
})
