import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Libsql from 'libsql'
import pg from 'pg'
import { describe, expect, type TestContext, test, vi } from 'vitest'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { machineDelay } from '../../delay'
import { freePort } from '../../ports'
import { startPostgres } from '../../postgres'
import { done, finish } from '../../upstream/events'
import { now } from '../../upstream/scripted'
import { startSilentServer } from '../../upstream/silent'
import { Client } from '../client'
import { type Engine, type House, openHouse } from '../house'

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
const NEXT = join(ROOT, 'node_modules/next/dist/bin/next')
/** What a process may take after the drain, and after a signal to hurry. */
const EXIT_MS = 11_000
const HURRIED_MS = 6_000

const hurried: [string, NodeJS.Signals[], number][] = [
  ['SIGINT', ['SIGINT'], HURRIED_MS],
  ['a second signal', ['SIGTERM', 'SIGTERM'], HURRIED_MS],
]
const signals: [string, NodeJS.Signals[], number][] = [['SIGTERM', ['SIGTERM'], EXIT_MS], ...hurried]

/** The hook of a test that runs beside others. Those that are given are run in the reverse order. */
type Finished = TestContext['onTestFinished']

async function open(finished: Finished, engine: Engine, environment: Record<string, string> = {}): Promise<House> {
  const house = await openHouse(engine, { RILL_DRAIN_SECONDS: '0', ...environment })
  finished(() => house.close())
  house.upstream.scriptFor('never ends', [{ delta: 'As far as this' }, { until: 'never' }])
  return house
}

/** An answer that has told its first words, and never ends by itself. */
async function running(house: House) {
  const client = house.client()
  const reader = await client.chat({ text: 'never ends' })
  await reader.untilText('As far as this')
  const { generationId, conversationId } = startData.parse(reader.seen[0]?.data)
  return { client, reader, generationId, conversationId }
}

/** Sends signals one after another, and gives the exit code and how long the end took, without the machine's delay. */
async function endWith(house: House, given: NodeJS.Signals[]): Promise<{ code: number | null; took: number }> {
  const delay = machineDelay()
  const sentAt = now()
  let code: number | null = null
  for (const signal of given.slice(0, -1)) {
    process.kill(house.rill.pid, signal)
    await untilDraining(house)
  }
  const last = given.at(-1)
  if (last) code = await house.rill.kill(last)
  return { code, took: now() - sentAt - delay.stop() }
}

async function untilDraining(house: House): Promise<void> {
  await vi.waitFor(
    async () => {
      const { status } = await house.client().call('GET', '/api/health')
      expect(status).toBe(503)
    },
    { timeout: 10_000 },
  )
}

function unsavedIn(house: House): unknown[] {
  return house.linesSaying('before this generation could be saved').map((line) => JSON.parse(line))
}

describe.concurrent.each(signals)('%s ends the process', (_, given, limit) => {
  test('while another program has the database file locked, and says what is not saved', async ({
    expect,
    onTestFinished,
  }) => {
    const house = await open(onTestFinished, 'sqlite', { RILL_DRAIN_SECONDS: given.length > 1 ? '60' : '0' })
    const { client, generationId, conversationId } = await running(house)
    const file = new Libsql(join(house.dataDir, 'rill.db'))
    onTestFinished(() => void file.close())
    await expect.poll(() => savedIn(file, generationId)).toContain('As far as this')
    file.exec('BEGIN IMMEDIATE')
    const { code, took } = await endWith(house, given)
    file.exec('ROLLBACK')
    expect(took).toBeLessThan(limit)
    expect(code).toBe(1)
    expect(unsavedIn(house)).toMatchObject([{ generationId, conversationId, level: 50 }])
    await house.start()
    const reply = (await client.conversation(conversationId)).messages.at(-1)
    expect(reply?.generation?.status).toBe('interrupted')
    expect(textOf(reply?.parts ?? [])).toBe('As far as this')
  })
})

describe.concurrent.each(hurried)('%s ends the process', (_, given, limit) => {
  test('while somebody has the row of an answer locked, on Postgres', async ({ expect, onTestFinished }) => {
    const house = await open(onTestFinished, 'postgres', { RILL_DRAIN_SECONDS: given.length > 1 ? '60' : '0' })
    const { generationId } = await running(house)
    const other = await running(house)
    const lock = new pg.Client({ connectionString: house.environment.DATABASE_URL })
    await lock.connect()
    onTestFinished(() => lock.end())
    await lock.query(`BEGIN; SELECT FROM generations WHERE id = '${generationId}' FOR UPDATE`)
    const { code, took } = await endWith(house, given)
    expect(took).toBeLessThan(limit)
    expect(code).toBe(1)
    expect(unsavedIn(house)).toMatchObject([{ generationId }])
    // Of the two, the one that nobody holds is saved.
    const rows = await house.query(`SELECT status FROM generations WHERE id = '${other.generationId}'`)
    expect(rows).toEqual([{ status: 'interrupted' }])
  })

  test('while Postgres hangs', { timeout: 60_000 }, async ({ expect, onTestFinished }) => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const house = await open(onTestFinished, 'postgres', { DATABASE_URL: postgres.url, RILL_DRAIN_SECONDS: '60' })
    const { generationId } = await running(house)
    onTestFinished(() => postgres.thaw())
    if (given.length > 1) {
      process.kill(house.rill.pid, 'SIGTERM')
      await untilDraining(house)
    }
    postgres.freeze()
    const { code, took } = await endWith(house, given.slice(-1))
    expect(took).toBeLessThan(limit)
    expect(code).toBe(1)
    expect(unsavedIn(house)).toMatchObject([{ generationId }])
  })

  test('while Redis and the collector of traces take connections and say nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const [redis, collector] = [await startSilentServer(), await startSilentServer()]
    onTestFinished(() => Promise.all([redis.stop(), collector.stop()]).then(() => undefined))
    const house = await open(onTestFinished, 'sqlite', {
      RILL_DRAIN_SECONDS: given.length > 1 ? '60' : '0',
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    })
    const { reader } = await running(house)
    const { code, took } = await endWith(house, given)
    expect(took).toBeLessThan(limit)
    expect(code).toBe(0)
    await reader.rest()
    expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'interrupted' })
    expect(unsavedIn(house)).toEqual([])
  })

  test('while a request is half sent, and a response is not read', async ({ expect, onTestFinished }) => {
    const house = await open(onTestFinished, 'sqlite', { RILL_DRAIN_SECONDS: given.length > 1 ? '60' : '0' })
    const { client, conversationId } = await running(house)
    house.upstream.scriptFor('a lot', [{ delta: 'long '.repeat(400_000) }, { until: 'never' }])
    // Beyond what the system's buffers hold, and never read.
    await client.chat({ text: 'a lot' })
    const half = await halfSent(house.rill.port)
    onTestFinished(() => void half.destroy())
    const { code, took } = await endWith(house, given)
    expect(took).toBeLessThan(limit)
    expect(code).toBe(0)
    await house.start()
    expect((await client.conversation(conversationId)).messages.at(-1)?.generation?.status).toBe('interrupted')
  })
})

/** A request whose body never comes. */
async function halfSent(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    socket.write(
      `POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"text":`,
      () => resolve(),
    )
  })
  return socket
}

test('a database that is locked while answers run holds up no reader, and has all of it afterwards', async ({
  onTestFinished,
}) => {
  const house = await open(onTestFinished, 'sqlite')
  house.upstream.scriptFor('meanwhile', [
    { delta: 'Before, ' },
    { until: 'locked' },
    { delta: 'during.' },
    { until: 'never' },
  ])
  const reader = await house.client().chat({ text: 'meanwhile' })
  await reader.untilText('Before, ')
  const { generationId } = startData.parse(reader.seen[0]?.data)
  const file = new Libsql(join(house.dataDir, 'rill.db'))
  onTestFinished(() => void file.close())
  file.exec('BEGIN IMMEDIATE')
  try {
    const delay = machineDelay()
    const openedAt = now()
    house.upstream.open('locked')
    await reader.untilText('during.')
    expect(now() - openedAt).toBeLessThan(2_000 + delay.stop())
    const refused = await house.client().refusal('POST', '/api/chat', { json: { turnId: 'x', text: 'not now' } })
    expect(refused.status).toBe(503)
  } finally {
    file.exec('ROLLBACK')
  }
  await expect.poll(() => savedIn(file, generationId), { timeout: 5_000 }).toContain('during.')
})

describe.concurrent('without Rill’s own start, as `next start`', () => {
  /** Serves the build on a house's data, and gives the process once it can be reached. */
  async function nextStart(
    finished: Finished,
    house: House,
    environment: Record<string, string>,
  ): Promise<{ next: ChildProcess; client: Client }> {
    await house.rill.kill('SIGTERM')
    const port = await freePort()
    const env = { ...process.env, ...house.environment, DATA_DIR: house.dataDir, HOST: '127.0.0.1', PORT: `${port}` }
    const next = spawn(process.execPath, [NEXT, 'start', '-H', '127.0.0.1', '-p', `${port}`], {
      cwd: ROOT,
      env: { ...env, ...environment },
      stdio: 'ignore',
    })
    finished(() => void next.kill('SIGKILL'))
    const client = new Client(() => `http://127.0.0.1:${port}`)
    const health = () =>
      client
        .call('GET', '/api/health')
        .then(({ status }) => status)
        .catch(() => 0)
    await vi.waitFor(async () => expect(await health()).toBe(200), { timeout: 15_000 })
    return { next, client }
  }

  test('SIGTERM lets an answer end that nobody reads, and then ends the process', async ({
    expect,
    onTestFinished,
  }) => {
    const house = await open(onTestFinished, 'sqlite')
    const { next, client } = await nextStart(onTestFinished, house, { RILL_DRAIN_SECONDS: '20' })
    house.upstream.scriptFor('read by nobody', [
      { delta: 'One ' },
      { until: 'told to end' },
      { delta: 'two.' },
      { write: finish('stop') + done },
    ])
    const { conversationId } = await client.start({ text: 'read by nobody' })
    await house.asked('read by nobody')
    const exited = once(next, 'exit')
    next.kill('SIGTERM')
    await expect.poll(() => client.call('GET', '/api/health').then(({ status }) => status)).toBe(503)
    house.upstream.open('told to end')
    expect(await exited).toEqual([143, null])
    await house.start()
    const again = house.client()
    again.cookie = client.cookie
    const reply = (await again.conversation(conversationId)).messages.at(-1)
    expect(reply?.generation?.status).toBe('completed')
    expect(textOf(reply?.parts ?? [])).toBe('One two.')
  })

  test('Ctrl-C saves what runs, and says that the server was shut down', async ({ expect, onTestFinished }) => {
    const house = await open(onTestFinished, 'sqlite')
    const { next, client } = await nextStart(onTestFinished, house, { RILL_DRAIN_SECONDS: '20' })
    const { conversationId } = await client.start({ text: 'never ends' })
    await expect
      .poll(async () => textOf((await client.conversation(conversationId)).messages.at(-1)?.parts ?? []))
      .toBe('As far as this')
    const delay = machineDelay()
    const sentAt = now()
    const exited = once(next, 'exit')
    next.kill('SIGINT')
    expect(await exited).toEqual([130, null])
    expect(now() - sentAt).toBeLessThan(HURRIED_MS + delay.stop())
    await house.start()
    const again = house.client()
    again.cookie = client.cookie
    const reply = (await again.conversation(conversationId)).messages.at(-1)
    expect(reply?.generation?.status).toBe('interrupted')
    expect(JSON.stringify(reply?.parts)).toContain('shut down')
  })
})

/** What is saved of an answer that runs. */
function savedIn(file: Libsql.Database, generationId: string): string {
  return JSON.stringify(file.prepare('select events from generation_pieces where generation_id = ?').all(generationId))
}
