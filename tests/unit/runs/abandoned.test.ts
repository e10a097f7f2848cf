import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { spendingIn } from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import { storedEvents } from '@/lib/event-log/stored-events'
import { instanceId } from '@/lib/instances/instance-id'
import { runs } from '@/lib/runs/runs'
import { bootstrap } from '@/lib/server/bootstrap'
import { repeat } from '@/lib/server/repeat'
import { done, finish } from '../../upstream/events'
import { logOf, ownProcess, rowOf, statusOf } from './process'

const own = ownProcess({ RILL_RETRY_ATTEMPTS: '1', RILL_STREAMS_PER_PERSON: '0' })
const execute = (statement: string) => sql.raw(statement).execute(database())
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000)

/** A generation that stands in the database as running, in the name of an instance, and that nobody runs. */
async function leftRunning(text: string, instanceId: string): Promise<string> {
  own.upstream.scriptFor(text, [{ delta: 'Half' }, { write: finish('stop') + done }])
  const { generationId } = await own.start({ text })
  await vi.waitFor(async () => expect(await statusOf(generationId)).toBe('completed'))
  await vi.waitFor(() => expect(runs().has(generationId)).toBe(false))
  const pieces = JSON.stringify([
    { type: 'start', data: startOf(generationId) },
    { type: 'delta', data: { text: 'Half' } },
  ])
  await execute(
    `update messages set parts = '[]' where id = (select message_id from generations where id = '${generationId}')`,
  )
  await execute(`update generations set status = 'running', outline = null, ended_at = null, usage = null,
    instance_id = '${instanceId}', started_at = started_at - 60000 where id = '${generationId}'`)
  await sql`insert into generation_pieces values (${generationId}, 1, ${pieces})`.execute(database())
  return generationId
}

function startOf(generationId: string) {
  return { generationId, conversationId: 'c', userMessageId: 'u', messageId: 'm', model: 'scripted' }
}

let before: string
let unreadable: string
beforeAll(async () => {
  before = await leftRunning('of the process before', 'the process before')
  unreadable = await leftRunning('that cannot be read', 'the process before')
  await execute(`insert into generation_pieces values ('${unreadable}', 3, 'no JSON')`)
  await execute(
    `update generations set settings = 'no JSON', price = 'no JSON', booking = 'no JSON' where id = '${unreadable}'`,
  )
  await execute(`create trigger refused before update on generations when new.id = '${before}'
    begin select raise(abort, 'not now'); end`)
  // The process's own timers; time passes by itself as well.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], shouldAdvanceTime: true })
  await bootstrap()
})
afterAll(() => void vi.useRealTimers())

test('one that can only be read in part is ended with that part', async () => {
  const row = await rowOf(unreadable)
  expect(row.status).toBe('interrupted')
  expect(row.parts).toContain('Half')
})

test('what could not be ended at the start is ended by the running process, with its text', async () => {
  expect(await statusOf(before)).toBe('running')
  await execute('drop trigger refused')
  await minutes(3)
  const row = await rowOf(before)
  expect(row.status).toBe('interrupted')
  expect(row.parts).toContain('Half')
  const events = await storedEvents(before, 0)
  expect(events.slice(-2)).toMatchObject([{ type: 'error' }, { type: 'status', data: { status: 'interrupted' } }])
})

test('a turn that was committed and never begun is ended, and what was reserved for it is given back', async () => {
  const mine = await leftRunning('never begun', instanceId())
  const { scopes } = JSON.parse((await rowOf(mine)).booking ?? '')
  await execute(`update spending set reserved_tokens = 77, reserved_picos = 99`)
  await execute(`update generations set booking = json_set(booking, '$.held', json_extract(booking, '$.scopes'),
    '$.reserved', json('{"picos":"99","tokens":"77"}')) where id = '${mine}'`)
  await minutes(1)
  expect(await statusOf(mine)).toBe('interrupted')
  const held = [...(await spendingIn('somebody', scopes)).values()].map(({ reserved }) => reserved)
  expect(held).toEqual(scopes.map(() => ({ picos: 0n, tokens: 0n })))
})

test('one that runs is left alone, however long its model is silent', async () => {
  own.upstream.scriptFor('a long think', [{ until: 'thought' }, { delta: 'So.' }, { write: finish('stop') + done }])
  const { generationId } = await own.start({ text: 'a long think' })
  await execute(`update generations set started_at = started_at - 600000 where id = '${generationId}'`)
  await vi.advanceTimersByTimeAsync(40_000)
  expect(await statusOf(generationId)).toBe('running')
  own.upstream.open('thought')
  expect((await logOf(generationId)).at(-1)?.data).toMatchObject({ status: 'completed' })
})

test('a process that idles writes nothing', async () => {
  const file = () => readFileSync(join(own.dataDir, 'rill.db-wal')).toString('base64')
  const stood = file()
  const { rows } = await sql`select * from instances`.execute(database())
  await minutes(30)
  expect(file() === stood).toBe(true)
  expect(rows).toEqual([])
})

test('neither a task that throws, nor one that never ends, ends the repetition', async () => {
  const times = { throws: 0, hangs: 0 }
  repeat(10_000, 20_000, 'a task of a test', async () => {
    times.throws++
    throw new Error('this task fails')
  })
  repeat(10_000, 20_000, 'another task of a test', () => {
    times.hangs++
    return new Promise(() => {})
  })
  await minutes(1)
  expect(times.throws).toBe(6)
  expect(times.hangs).toBe(2)
})
