import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { startCollector } from '../../collector'
import { freePort } from '../../ports'
import { startRedis } from '../../redis'
import { Client, turnOf } from '../client'
import { createDatabase } from '../house'

/*
 * Without Docker: the commands of the Dockerfile run in a folder that holds what .dockerignore lets through, and the result
 * is served with the image's command, variables and user.
 */

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))
const BUILD_TIMEOUT_MS = 900_000
// A health check may take its start period, a shutdown its drain.
vi.setConfig({ testTimeout: 60_000 })

const [, build = '', final = ''] = read('Dockerfile')
  .replace(/\\\n/g, '')
  .split(/^FROM .*$/m)
const variables = Object.fromEntries(
  [...final.matchAll(/^ENV (.*)$/gm)].flatMap(([, pairs = '']) => pairs.split(' ').map((pair) => pair.split(/=(.*)/))),
)
const command = words(/^CMD (.*)$/m)
const healthcheck = words(/^HEALTHCHECK .*CMD (.*)$/m)
/** The user `node` of Node's images. Only root can run a process as somebody else. */
const identity = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}

const context = await mkdtemp(join(tmpdir(), 'rill-image-'))
const app = join(context, '.next/image')
beforeAll(async () => {
  // The image's user has to reach it.
  await chmod(context, 0o755)
  const sent = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name = '']) => name)
  for (const name of sent) await cp(join(root, name), join(context, name), { recursive: true })
  for (const [, line = ''] of build.matchAll(/^RUN (.*)$/gm))
    await run('/usr/bin/env', ['-u', 'NODE_ENV', '/bin/sh', '-ec', line], { cwd: context, maxBuffer: 2 ** 26 })
}, BUILD_TIMEOUT_MS)
afterAll(() => rm(context, { recursive: true, force: true }))

let running: ChildProcess | undefined
afterEach(async () => {
  if (running?.exitCode !== null || running.signalCode !== null) return
  running.kill('SIGKILL')
  await once(running, 'exit')
})

/** Starts the image's command as its user, with its variables and those of `docker run -e`. */
async function start(more: Record<string, string>) {
  const port = await freePort()
  const data = await mkdtemp(join(tmpdir(), 'rill-data-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  await chmod(data, 0o1777)
  const own = { PORT: String(port), DATA_DIR: data, PATH: process.env.PATH, ...more }
  const options = { cwd: app, ...identity, env: { NODE_ENV: 'production' as const, ...variables, ...own } }
  const server = spawn(command.program, command.parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  running = server
  let printed = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (text) => {
      printed += text
    })
  }
  const url = `http://127.0.0.1:${port}`
  return {
    server,
    url,
    client: new Client(() => url),
    printed: () => printed,
    exited: once(server, 'exit'),
    /** Whether the image's health check passes. */
    async healthy() {
      return await run(healthcheck.program, healthcheck.parameters, options).then(
        () => true,
        () => false,
      )
    },
  }
}

type Container = Awaited<ReturnType<typeof start>>

async function untilHealthy({ healthy, printed, server }: Container): Promise<void> {
  await expect.poll(async () => (await healthy()) || server.exitCode !== null, { timeout: 30_000 }).toBe(true)
  expect(server.exitCode, printed()).toBe(null)
}

test('it holds what runs, and nothing else', async () => {
  expect((await readdir(app)).sort()).toEqual(['.next', 'lib', 'node_modules', 'package.json', 'public'])
  expect(await megabytes(app)).toBeLessThan(80)
  for (const line of ['COPY --from=build /app/.next/image ./', 'VOLUME /data', 'USER node', 'EXPOSE 3000'])
    expect(final.split('\n')).toContain(line)
})

test('without a password it says what to set, and ends', async () => {
  const container = await start({})
  expect(await container.exited).toEqual([1, null])
  expect(container.printed()).toMatch(/^HOST is 0\.0\.0\.0, .* Set RILL_PASSWORD .* or RILL_OPEN=1/)
})

test('it serves the page and answers, installs and builds nothing, and drains at SIGTERM', async () => {
  const container = await start({ RILL_OPEN: '1' })
  const { client, url } = container
  await untilHealthy(container)
  await expect
    .poll(container.printed)
    .toMatch(/^Rill is at .*\nConversations are saved in .*\n(Node .* has reached its end of life.*\n)?$/)

  const page = await client.call('GET', '/')
  expect([page.status, page.headers['x-powered-by']]).toEqual([200, undefined])
  const assets = [...page.text.matchAll(/(?:src|href)="(\/_next\/static\/[^"]+)"/g)].map(([, path]) => path)
  expect(assets.length).toBeGreaterThan(3)
  for (const path of [...assets, '/icon.svg']) {
    const { statusCode, body } = await request(url + path)
    await body.dump()
    expect([path, statusCode]).toEqual([path, 200])
  }

  const reader = await client.chat({ text: 'Tell me about rivers.', model: 'demo:rill-demo' })
  await reader.until(() => reader.seen.filter(({ type }) => type === 'delta').length > 1)
  container.server.kill('SIGTERM')
  await expect.poll(async () => (await client.call('GET', '/api/health')).status).toBe(503)
  expect(await container.healthy()).toBe(false)
  const late = await client.call('POST', '/api/chat', { json: turnOf({ text: 'Too late', model: 'demo:rill-demo' }) })
  expect(late.status).toBe(503)
  await reader.rest()
  expect(reader.cut).toBe(false)
  expect(reader.seen.at(-1)).toMatchObject({ type: 'status', data: { status: 'completed' } })
  expect(await container.exited).toEqual([0, null])
})

test('it runs on Postgres and Redis, and traces', async () => {
  const redis = await startRedis()
  onTestFinished(redis.stop)
  const collector = await startCollector()
  onTestFinished(collector.stop)
  const container = await start({
    RILL_OPEN: '1',
    DATABASE_URL: await createDatabase(),
    REDIS_URL: redis.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  })
  await untilHealthy(container)
  const health = await container.client.call('GET', '/api/health')
  expect(JSON.parse(health.text)).toMatchObject({ status: 'ok', engine: 'postgres', resume: 'ok' })
  const answer = await container.client.finish({ text: 'Hello', model: 'demo:rill-demo' })
  expect(answer).toMatchObject({ status: 'completed', text: expect.stringMatching(/\w/) })
  container.server.kill('SIGTERM')
  expect(await container.exited).toEqual([0, null])
  expect(collector.spans.map(({ name }) => name)).toContain('chat rill-demo')
})

async function megabytes(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sk', folder])
  return Number.parseInt(stdout, 10) / 1024
}

function words(instruction: RegExp): { program: string; parameters: string[] } {
  const [program, ...parameters] = z
    .tuple([z.string()], z.string())
    .parse(JSON.parse(instruction.exec(final)?.[1] ?? ''))
  return { program, parameters }
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
