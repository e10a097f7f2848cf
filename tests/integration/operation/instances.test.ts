import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { migrations } from '@/lib/database/migrations'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { startPostgres } from '../../postgres'
import { type RillServer, startRill } from '../../rill-server'
import { done, finish } from '../../upstream/events'
import { Client, turnOf } from '../client'
import { createDatabase, engines, type House, openHouse, queryOf } from '../house'

/** What it may take until a database that hangs is told: a connection to be had, and an answer on it. */
const HUNG_MS = 12_000
const START = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'lib', 'start.mjs')

test.each(engines)('says that it can serve, on %s', async (engine) => {
  const house = await openHouse(engine)
  try {
    const { status, text } = await house.client().call('GET', '/api/health')
    expect([status, JSON.parse(text)]).toEqual([200, { status: 'ok', database: true, engine, resume: 'ok' }])
    // One that others may come to share its database with is told what they need.
    expect(house.linesSaying('RILL_SECRET is not set')).toHaveLength(engine === 'postgres' ? 1 : 0)
  } finally {
    await house.close()
  }
})

describe('several on one Postgres', () => {
  let house: House
  const others: RillServer[] = []
  const secret = { RILL_SECRET: 'one for all instances' }
  beforeAll(async () => {
    house = await openHouse('postgres', secret)
  })
  afterAll(async () => {
    await Promise.all(others.map((rill) => rill.stop()))
    await house?.close()
  })

  test('that start at once on an empty database all come up', async () => {
    const DATABASE_URL = await createDatabase()
    const together = await Promise.all([1, 2, 3].map(() => startRill({ env: { ...secret, DATABASE_URL } })))
    try {
      const done = await queryOf(DATABASE_URL, 'SELECT name FROM kysely_migration ORDER BY name')
      expect(done.map(({ name }) => name)).toEqual(Object.keys(migrations).toSorted())
      const [first, ...rest] = together.map((rill) => new Client(() => rill.url))
      const { conversationId } = (await first?.start({ text: 'Hello', model: 'demo:rill-demo' })) ?? {}
      for (const client of rest) {
        client.cookie = first?.cookie
        expect((await client.conversation(`${conversationId}`)).title).toBe('Hello')
      }
    } finally {
      await Promise.all(together.map((rill) => rill.stop()))
    }
  })

  test('are told when their secrets differ, and not when they are the same', async () => {
    const DATABASE_URL = await createDatabase()
    const together: RillServer[] = []
    try {
      for (const RILL_SECRET of [secret.RILL_SECRET, secret.RILL_SECRET, 'another one entirely'])
        together.push(await startRill({ env: { DATABASE_URL, RILL_SECRET } }))
      const told = together.map((rill) => rill.logs().includes('uses a different RILL_SECRET'))
      expect(told).toEqual([false, false, true])
    } finally {
      await Promise.all(together.map((rill) => rill.stop()))
    }
  })

  test('leave what runs on another alone, and see how far it has come', async () => {
    house.upstream.scriptFor('keep at it', [
      { delta: 'So far. ' },
      { until: 'the end' },
      { delta: 'Done.' },
      { write: finish('stop') + done },
    ])
    const client = house.client()
    const reader = await client.chat({ text: 'keep at it' })
    await reader.untilText('So far. ')
    const { conversationId } = startData.parse(reader.seen[0]?.data)

    const other = await startRill({ env: house.environment })
    others.push(other)
    const elsewhere = new Client(() => other.url)
    elsewhere.cookie = client.cookie
    const reply = async () => (await elsewhere.conversation(conversationId)).messages.at(-1)
    await expect.poll(async () => textOf((await reply())?.parts ?? [])).toBe('So far. ')
    expect((await reply())?.generation?.status).toBe('running')
    house.upstream.open('the end')
    await reader.rest()
    expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'completed' })
    expect((await reply())?.generation?.status).toBe('completed')
    expect(textOf((await reply())?.parts ?? [])).toBe('So far. Done.')
  })

  test('one that starts as the database is back takes nobody for dead who has had no time to say that it lives', async () => {
    house.upstream.scriptFor('live on', [
      { delta: 'I ' },
      { until: 'back' },
      { delta: 'live.' },
      { write: finish('stop') + done },
    ])
    const reader = await house.client().chat({ text: 'live on' })
    await reader.untilText('I ')
    process.kill(house.rill.pid, 'SIGSTOP')
    await house.query('UPDATE instances SET heartbeat_at = heartbeat_at - 600000')
    const other = await startRill({ env: house.environment }).finally(() => process.kill(house.rill.pid, 'SIGCONT'))
    others.push(other)
    house.upstream.open('back')
    await reader.rest()
    expect(reader.text).toBe('I live.')
    expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'completed' })
  })

  test('one that has been silent for long says that it lives before it begins anything', async () => {
    const client = house.client()
    const { generationId } = await client.finish({ text: 'before' })
    const own = `id = (SELECT instance_id FROM generations WHERE id = '${generationId}')`
    const one = async (sql: string) => Object.values((await house.query(`SELECT ${sql}`))[0] ?? {})[0]
    const waiting = () =>
      one(`count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`)
    const silent = () =>
      one(`now() > to_timestamp(heartbeat_at / 1000.0) + interval '5.1 s' FROM instances WHERE ${own}`)
    // It has lived until now.
    await expect.poll(silent, { timeout: 10_000 }).toBe(false)
    // Nothing that it says of itself gets through, as if it stood still.
    const lock = new pg.Client({ connectionString: house.environment.DATABASE_URL })
    await lock.connect()
    try {
      await lock.query('BEGIN')
      await lock.query(`SELECT FROM instances WHERE ${own} FOR UPDATE`)
      await expect.poll(silent, { timeout: 10_000 }).toBe(true)
      // One of its heartbeats has just been given up: the next one is a second away.
      await expect.poll(waiting, { timeout: 5_000, interval: 20 }).toBe(1)
      await expect.poll(waiting, { timeout: 5_000, interval: 20 }).toBe(0)
      const started = client.start({ text: 'awake again' })
      await expect.poll(waiting, { timeout: 3_000, interval: 20 }).toBe(1)
      expect(house.timesAsked('awake again')).toBe(0)
      await lock.query('ROLLBACK')
      await started
    } finally {
      await lock.end()
    }
    await house.asked('awake again')
    expect(await silent()).toBe(false)
  })

  test('a database that goes away holds up no reader, and is given all of it when it is back', async () => {
    house.upstream.scriptFor('meanwhile', [
      { delta: 'Before, ' },
      { until: 'gone' },
      { delta: 'during.' },
      { write: finish('stop') + done },
    ])
    const client = house.client()
    const reader = await client.chat({ text: 'meanwhile' })
    await reader.untilText('Before, ')
    const { conversationId } = startData.parse(reader.seen[0]?.data)
    const name = new URL(`${house.environment.DATABASE_URL}`).pathname.slice(1)
    const admin = (sql: string) => queryOf(inject('postgresUrl'), sql)
    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
    try {
      await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
      house.upstream.open('gone')
      const health = await client.call('GET', '/api/health')
      expect([health.status, JSON.parse(health.text)]).toEqual([
        503,
        { status: 'unavailable', database: false, engine: 'postgres', resume: 'ok' },
      ])
      const refused = await client.refusal('POST', '/api/chat', { json: turnOf({ text: 'not now' }) })
      expect([refused.status, refused.problem.message]).toEqual([
        503,
        expect.stringContaining('can’t reach its database'),
      ])
      await reader.rest()
      expect(reader.text).toBe('Before, during.')
      expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'completed' })
    } finally {
      await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
    }
    expect(house.timesAsked('not now')).toBe(0)
    const saved = async () => (await client.conversation(conversationId)).messages.at(-1)
    await expect.poll(async () => (await saved())?.generation?.status, { timeout: 5_000 }).toBe('completed')
    expect(textOf((await saved())?.parts ?? [])).toBe('Before, during.')
    expect((await client.call('GET', '/api/health')).status).toBe(200)
  })

  test('an answer that nobody writes ends, though its instance lives', async () => {
    const client = house.client()
    const { generationId, conversationId } = await client.finish({ text: 'begun and not heard of' })
    // As it stands when the database goes away between the commit of a turn and its answer.
    await house.query(
      `UPDATE generations SET status = 'running', outline = NULL, started_at = started_at - 60000 WHERE id = '${generationId}'`,
    )
    const reply = async () => (await client.conversation(conversationId)).messages.at(-1)
    await expect.poll(async () => (await reply())?.generation?.status, { timeout: 15_000 }).toBe('interrupted')
  })

  test('a fault of Rill’s own is told without its cause, which is in the log', async () => {
    await house.query('ALTER TABLE settings RENAME TO mislaid')
    const { status, problem } = await house.client().refusal('GET', '/api/settings')
    await house.query('ALTER TABLE mislaid RENAME TO settings')
    expect([status, problem.kind, problem.retryable]).toEqual([500, 'internal', true])
    expect(JSON.stringify(problem)).not.toContain('relation')
    const [line] = house.linesSaying(`${problem.requestId}`).filter((each) => each.includes('"level"'))
    expect(line).toContain('relation \\"settings\\" does not exist')
  })
})

test('a database that hangs counts as away within seconds, and is given all of it when it goes on', {
  timeout: 60_000,
}, async () => {
  const postgres = await startPostgres()
  const house = await openHouse('postgres', { DATABASE_URL: postgres.url })
  try {
    house.upstream.scriptFor('hang', [
      { delta: 'Before, ' },
      { until: 'hung' },
      { delta: 'during.' },
      { write: finish('stop') + done },
    ])
    const client = house.client()
    const reader = await client.chat({ text: 'hang' })
    await reader.untilText('Before, ')
    const { conversationId } = startData.parse(reader.seen[0]?.data)
    postgres.freeze()
    const askedAt = performance.now()
    house.upstream.open('hung')
    await reader.untilText('during.')
    const [health, refused] = await Promise.all([
      client.call('GET', '/api/health'),
      client.refusal('POST', '/api/chat', { json: turnOf({ text: 'not now' }) }),
    ])
    expect(performance.now() - askedAt).toBeLessThan(HUNG_MS)
    expect([health.status, JSON.parse(health.text).database]).toEqual([503, false])
    expect([refused.status, refused.problem.message]).toEqual([
      503,
      expect.stringContaining('can’t reach its database'),
    ])
    await reader.rest()
    expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'completed' })
    expect(house.timesAsked('not now')).toBe(0)
    postgres.thaw()
    const reply = async () => (await client.conversation(conversationId)).messages.at(-1)
    await expect
      .poll(async () => (await reply().catch(() => undefined))?.generation?.status, { timeout: 20_000 })
      .toBe('completed')
    expect(textOf((await reply())?.parts ?? [])).toBe('Before, during.')
    await expect.poll(async () => (await client.call('GET', '/api/health')).status, { timeout: 10_000 }).toBe(200)
    // What was refused has not been done after all, by a connection that was given up.
    expect(JSON.stringify(await client.call('GET', '/api/conversations'))).not.toContain('not now')
  } finally {
    postgres.thaw()
    await house.close()
    await postgres.stop()
  }
})

describe('two on one data folder', () => {
  test('that start at once: one comes up, and the other says why it does not', async () => {
    const house = await openHouse('sqlite')
    await house.rill.kill('SIGTERM')
    const { dataDir } = house
    const [one, two] = await Promise.allSettled([1, 2].map(() => startRill({ dataDir })))
    const up = [one, two].flatMap((each) => (each?.status === 'fulfilled' ? [each.value] : []))
    try {
      expect(up).toHaveLength(1)
      const refused = [one, two].find((each) => each?.status === 'rejected')
      expect(String(refused?.reason)).toContain('Another Rill is running on the data folder')
    } finally {
      await Promise.all(up.map((rill) => rill.stop()))
      await house.close()
    }
  })

  test('the second ends with code 1 and one sentence, and the first goes on', async () => {
    const house = await openHouse('sqlite')
    try {
      const env = { ...process.env, HOST: '', PORT: '0', DATABASE_URL: '', DATA_DIR: house.dataDir }
      // Should it come up after all, it is ended, and has no exit code.
      const second = spawnSync(process.execPath, [START], {
        env,
        encoding: 'utf8',
        timeout: 10_000,
        killSignal: 'SIGKILL',
      })
      expect(second.status).toBe(1)
      expect(`${second.stdout}${second.stderr}`.trim().split('\n')).toEqual([
        expect.stringContaining('Another Rill is running on the data folder'),
      ])
      expect(await house.client().finish({ text: 'still here' })).toMatchObject({ status: 'completed' })
    } finally {
      await house.close()
    }
  })
})
