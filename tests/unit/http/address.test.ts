import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** The caller of a request with a value of RILL_TRUSTED_PROXIES. */
async function callerUnder(trusted: string, headers: Record<string, string>) {
  vi.resetModules()
  vi.stubEnv('RILL_TRUSTED_PROXIES', trusted)
  const { callerOf } = await import('@/lib/http/address')
  return callerOf(new Headers({ host: '127.0.0.1:3000', ...headers }))
}

const addressUnder = async (trusted: string, peer: string, forwarded?: string) =>
  (await callerUnder(trusted, { 'x-rill-peer': peer, ...(forwarded ? { 'x-forwarded-for': forwarded } : {}) })).address

test.each([
  ['no forwarded address', '', '203.0.113.7', undefined, '203.0.113.7'],
  ['a forwarded address from an untrusted peer', '', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['a proxy on this machine', '', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['the same, IPv4-mapped', '', '::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['the same on IPv6', '', '::1', '198.51.100.1', '198.51.100.1'],
  ['made-up addresses on the left', '', '127.0.0.1', '1.1.1.1, 2.2.2.2, 198.51.100.1', '198.51.100.1'],
  ['a proxy without a forwarded address', '', '127.0.0.1', undefined, '127.0.0.1'],
  ['an entry that isn’t an address', '', '127.0.0.1', 'unknown', '127.0.0.1'],
  ['no valid address left of a trusted one', '10.0.0.0/8', '10.0.0.1', '1.1.1.1, _hidden, 10.0.0.2', '10.0.0.2'],
  ['a port', '', '127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['an IPv6 address and a port', '', '127.0.0.1', '[2001:db8:1:2:3::4]:4711', '2001:db8:1:2::/64'],
  ['two parts aren’t an address', '', '127.0.0.1', '10.1', '127.0.0.1'],
  ['octal isn’t an address', '', '127.0.0.1', '010.0.0.1', '127.0.0.1'],
  ['IPv6 is counted by its /64', '', '2001:db8:1:2:ffff::9', undefined, '2001:db8:1:2::/64'],
  ['the zone doesn’t matter', '', 'fe80::1%eth0', undefined, 'fe80::/64'],
  ['a chain of named proxies', '10.0.0.0/8, 192.0.2.1', '10.1.2.3', '9.9.9.9, 192.0.2.1, 10.9.9.9', '9.9.9.9'],
  ['an untrusted address within the chain', '10.0.0.0/8', '10.1.2.3', '9.9.9.9, 192.0.2.1, 10.9.9.9', '192.0.2.1'],
  ['named proxies replace loopback', '10.0.0.0/8', '127.0.0.1', '9.9.9.9', '127.0.0.1'],
  ['a range of the other IP version', '2001:db8::/32', '10.0.0.1', '9.9.9.9', '10.0.0.1'],
  ['a range of IPv6', '2001:db8::/32', '2001:db8::7', '9.9.9.9', '9.9.9.9'],
  ['an IPv4-mapped range', '::ffff:10.0.0.0/104', '10.0.0.1', '9.9.9.9', '9.9.9.9'],
  ['one proxy', '1', '172.18.0.5', '1.1.1.1, 9.9.9.9', '9.9.9.9'],
  ['two proxies', '2', '172.18.0.5', '1.1.1.1, 9.9.9.9, 10.0.0.1', '9.9.9.9'],
  ['fewer hops than proxies', '2', '172.18.0.5', '1.1.1.1', '172.18.0.5'],
  ['no trusted proxies', '0', '127.0.0.1', '9.9.9.9', '127.0.0.1'],
  ['a closed socket without an address', '', '', '9.9.9.9', 'unknown'],
  ['the same with a count', '1', '', '9.9.9.9', 'unknown'],
])('%s', async (_name, trusted, peer, forwarded, expected) => {
  expect(await addressUnder(trusted, peer, forwarded)).toBe(expected)
})

test('other forwarding headers are ignored', async () => {
  const headers = {
    'x-rill-peer': '127.0.0.1',
    forwarded: 'for=9.9.9.9;proto=https;host=evil.example',
    'x-real-ip': '9.9.9.9',
    'true-client-ip': '9.9.9.9',
    'cf-connecting-ip': '9.9.9.9',
    'x-forwarded-ssl': 'on',
    'x-forwarded-scheme': 'https',
  }
  expect(await callerUnder('', headers)).toMatchObject({ address: '127.0.0.1', secure: false, host: '127.0.0.1:3000' })
})

test('the scheme and the host are taken from a trusted proxy only', async () => {
  const headers = { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'rill.example' }
  const of = async (peer: string, more = {}) => {
    const { secure, host } = await callerUnder('', { 'x-rill-peer': peer, ...headers, ...more })
    return [secure, host]
  }
  expect(await of('127.0.0.1')).toEqual([true, 'rill.example'])
  expect(await of('203.0.113.7')).toEqual([false, '127.0.0.1:3000'])
  expect(await of('127.0.0.1', { 'x-forwarded-proto': 'HTTPS' })).toEqual([true, 'rill.example'])
  expect(await of('127.0.0.1', { 'x-forwarded-proto': 'https-ish' })).toEqual([false, 'rill.example'])
  // A proxy that appends: entries on the left come from the browser.
  expect(await of('127.0.0.1', { 'x-forwarded-proto': 'https, http' })).toEqual([false, 'rill.example'])
  expect(await of('127.0.0.1', { 'x-forwarded-host': 'evil.example, rill.example' })).toEqual([true, 'rill.example'])
})

test.each([
  '10.1',
  '10.1/16',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'proxy',
  '1, 10.0.0.1',
  '-1',
  '::1/129',
  '1.5',
  '010.0.0.1',
  ',',
])('RILL_TRUSTED_PROXIES=%s is invalid', async (trusted) => {
  await expect(callerUnder(trusted, {})).rejects.toThrow('RILL_TRUSTED_PROXIES: must be the number of proxies')
})
