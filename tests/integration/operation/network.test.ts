import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelList } from '@/lib/protocol/api'
import { provider } from '@/lib/protocol/providers'
import { type ConnectProxy, startConnectProxy } from '../../upstream/connect-proxy'
import { delta, done, finish } from '../../upstream/events'
import { type House, openHouse } from '../house'

describe('a Rill in a company’s network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rill-network-'))
  const certificate = join(folder, 'cert.pem')
  let proxy: ConnectProxy
  let house: House
  let server: ReturnType<typeof createServer>
  const keys: unknown[] = []
  beforeAll(async () => {
    makeCertificate(folder, 'models.corp.invalid')
    server = createServer({ cert: readFileSync(certificate), key: readFileSync(join(folder, 'key.pem')) })
    server.on('request', (request, response) => {
      keys.push(request.headers.authorization)
      const isList = request.url === '/v1/models'
      response.writeHead(200, { 'content-type': isList ? 'application/json' : 'text/event-stream' })
      response.end(isList ? '{"data":[{"id":"inner"}]}' : delta('From inside.') + finish('stop') + done)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    proxy = await startConnectProxy()
    if (address && typeof address === 'object') proxy.names.set('models.corp.invalid:443', address.port)
    house = await openHouse('sqlite', {
      OPENAI_BASE_URL: 'https://models.corp.invalid/v1',
      OPENAI_API_KEY: '"Bearer company-key-1234"',
      RILL_PROVIDER_NAME: 'Our gateway',
      https_proxy: proxy.url,
      NODE_EXTRA_CA_CERTS: certificate,
    })
  })
  afterAll(async () => {
    await house?.close()
    await proxy?.stop()
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('reaches its upstream through the proxy, and trusts the company’s certificate', async () => {
    const client = house.client()
    expect(await client.finish({ text: 'hello' })).toMatchObject({ status: 'completed', text: 'From inside.' })
    expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set(['models.corp.invalid:443']))
    expect(new Set(keys)).toEqual(new Set(['Bearer company-key-1234']))
  })

  test('tells browsers the name that the operator gave, and not the address', async () => {
    const client = house.client()
    const { groups, defaultModel } = await client.ask(modelList, 'GET', '/api/models')
    expect(groups[0]).toMatchObject({ name: 'Our gateway', models: [{ name: 'inner' }] })
    expect(defaultModel).toBe('inner')
    await client.call('GET', '/')
    await client.call('GET', '/api/providers')
    // Only the operator sees it, at the start.
    const lines = house.linesSaying('models.corp.invalid')
    expect(lines.filter((line) => !line.startsWith('Rill is at '))).toEqual([])
  })
})

describe('a Rill that listens beyond loopback', () => {
  test('takes no provider inside its network, unless its operator allows that', async () => {
    const house = await openHouse('sqlite', { HOST: '0.0.0.0', RILL_OPEN: '1' })
    const client = house.client()
    const json = { name: 'Inside', baseUrl: house.upstream.baseUrl }
    for (const path of ['/api/providers', '/api/providers/test']) {
      const { status, problem } = await client.refusal('POST', path, { json })
      expect([status, problem.field]).toEqual([400, 'baseUrl'])
      expect(problem.message).toContain('RILL_PRIVATE_PROVIDERS=1')
    }
    await house.rill.kill('SIGTERM')
    await house.start({ RILL_PRIVATE_PROVIDERS: '1' })
    const { id } = await client.ask(provider, 'POST', '/api/providers', json)
    expect(await client.finish({ text: 'allowed', model: `${id}:scripted` })).toMatchObject({ status: 'completed' })
    await house.close()
  })
})

/** A certificate for a name that signs itself. */
function makeCertificate(folder: string, name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      ...subject,
      ...files,
    ],
    { stdio: 'ignore' },
  )
}
