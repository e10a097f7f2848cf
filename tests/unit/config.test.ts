import { describe, expect, test } from 'vitest'
import { parseConfig } from '@/lib/config'

describe('the operator’s provider', () => {
  test.each([
    ['https://api.example.com/v1/', 'https://api.example.com/v1'],
    ['"https://api.example.com/v1"', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/chat/completions', 'https://api.example.com/v1'],
    [
      'https://r.openai.azure.com/openai/deployments/x/?api-version=2024-10-21',
      'https://r.openai.azure.com/openai/deployments/x?api-version=2024-10-21',
    ],
  ])('is at %s', (typed, baseUrl) => {
    expect(parseConfig({ OPENAI_BASE_URL: typed }).upstream?.baseUrl).toBe(baseUrl)
  })

  test.each(['Bearer sk-1234', '"sk-1234"', ' sk-1234 ', "'Bearer sk-1234'"])('gets its key from %j', (typed) => {
    expect(parseConfig({ OPENAI_API_KEY: typed }).upstream).toEqual({
      apiKey: 'sk-1234',
      baseUrl: 'https://api.openai.com/v1',
    })
  })

  test.each(['', '""', ' '])('isn’t set by the key %j', (typed) => {
    expect(parseConfig({ OPENAI_API_KEY: typed }).upstream).toBeNull()
  })

  test.each(['api.example.com', 'ftp://example.com', 'https://me:secret@example.com/v1'])('can’t be at %s', (typed) => {
    expect(() => parseConfig({ OPENAI_BASE_URL: typed })).toThrow('OPENAI_BASE_URL')
  })
})

describe('the HTTP proxy', () => {
  const proxies = (variables: Record<string, string>) => {
    const { http, https, except } = parseConfig(variables).proxies
    return { http: http?.href, https: https?.href, except }
  }

  test('isn’t set by default', () => {
    expect(proxies({})).toEqual({ http: undefined, https: undefined, except: [] })
  })

  test('is used for http and https, unless https has its own', () => {
    const http = 'http://one.example:3128/'
    expect(proxies({ HTTP_PROXY: http })).toMatchObject({ http, https: http })
    expect(proxies({ HTTPS_PROXY: http })).toMatchObject({ http: undefined, https: http })
    const https = 'https://two.example:3129/'
    expect(proxies({ HTTP_PROXY: http, HTTPS_PROXY: https })).toMatchObject({ http, https })
  })

  test('is read from lowercase variables first, and needs no scheme', () => {
    const variables = {
      HTTPS_PROXY: 'http://upper.example',
      https_proxy: 'lower.example:8080',
      no_proxy: 'a.example, B.example c',
    }
    expect(proxies(variables)).toMatchObject({
      https: 'http://lower.example:8080/',
      except: ['a.example', 'b.example', 'c'],
    })
    expect(proxies({ HTTPS_PROXY: 'http://upper.example', https_proxy: '' })).toMatchObject({
      https: 'http://upper.example/',
    })
  })

  test.each(['socks5://proxy.example:1080', 'http://'])('can’t be %s', (typed) => {
    expect(() => parseConfig({ HTTPS_PROXY: typed })).toThrow('HTTPS_PROXY')
  })
})

describe('providers that people add', () => {
  test.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ HOST: 'localhost' }, false],
    [{ HOST: '::1' }, false],
    [{ HOST: '::1', RILL_OPEN: '1' }, true],
    [{ RILL_OPEN: 'yes' }, true],
    [{ RILL_OPEN: '0' }, false],
    [{ RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' }, false],
    [{ HOST: '127.0.0.1', RILL_PASSWORD: 'a password' }, false],
    [{ HOST: '0.0.0.0', RILL_PASSWORD: 'a password' }, true],
    [{ HOST: '::', RILL_OPEN: '1' }, true],
    [{ HOST: '192.168.1.5', RILL_PASSWORD: 'a password' }, true],
    [{ RILL_PASSWORD: 'a password', RILL_HOSTS: 'rill.example.org' }, true],
    [{ RILL_PUBLIC: '1' }, true],
    [{ HOST: '0.0.0.0', RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' }, false],
    [{ RILL_HOSTS: 'rill.example.org', RILL_PRIVATE_PROVIDERS: '1' }, false],
    [{ RILL_PUBLIC: '1', RILL_PRIVATE_PROVIDERS: '1' }, true],
  ])('with %j must be outside the network: %s', (variables, guarded) => {
    expect(parseConfig(variables).publicProvidersOnly).toBe(guarded)
  })
})
