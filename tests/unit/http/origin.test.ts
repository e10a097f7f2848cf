import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** The module as it is under an environment, which it reads once. */
async function under(environment: Record<string, string>) {
  vi.resetModules()
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const { checkOrigin, hostAllowed } = await import('@/lib/http/origin')
  return { hostAllowed, refuses: (headers: Record<string, string>) => refuses(() => checkOrigin(new Headers(headers))) }
}

function refuses(check: () => void): boolean {
  try {
    check()
    return false
  } catch {
    return true
  }
}

test('on loopback only loopback names are answered to', async () => {
  const { hostAllowed } = await under({ HOST: '127.0.0.1' })
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

test('on the network IP addresses are answered to, and names only when listed', async () => {
  const { hostAllowed } = await under({ HOST: '0.0.0.0', RILL_OPEN: '1', RILL_HOSTS: 'rill.example, Other.example' })
  for (const host of ['192.168.1.5:3000', '[fd00::1]:3000', 'rill.example', 'other.example:8080', 'localhost']) {
    expect(hostAllowed(host), host).toBe(true)
  }
  for (const host of ['evil.example', 'rill.example.evil.example']) expect(hostAllowed(host), host).toBe(false)
})

test('requests that another site makes a browser send are refused', async () => {
  const { refuses } = await under({ HOST: '127.0.0.1' })
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
