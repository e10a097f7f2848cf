import { AsyncLocalStorage } from 'node:async_hooks'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { finishedGeneration } from '@/lib/runs/follow'
import { runs } from '@/lib/runs/runs'
import { done, finish } from '../../upstream/events'
import { ownProcess, statusOf } from './process'

const own = ownProcess({ RILL_STREAMS_PER_PERSON: '0' })
const nobodyLeaves = () => new AbortController().signal

beforeAll(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    shouldAdvanceTime: true,
  })
})
afterAll(() => void vi.useRealTimers())

/** Lets the times pass for which things are kept. */
const later = () => vi.advanceTimersByTimeAsync(10_000)

test('one that runs here is waited for, and not for a client that is gone', async () => {
  own.upstream.scriptFor('silent', [{ until: 'heard' }, { delta: 'So.' }, { write: finish('stop') + done }])
  const start = await own.start({ text: 'silent' })
  const client = new AbortController()
  const finished = finishedGeneration(start, client.signal)
  client.abort()
  expect(await finished).toBeNull()
  const other = finishedGeneration(start, nobodyLeaves())
  own.upstream.open('heard')
  expect(await other).toMatchObject({ status: 'completed', text: 'So.' })
})

test('one is written outside of the async context of the request that started it', async () => {
  own.upstream.scriptFor('context', [{ until: 'read' }, { delta: 'So.' }, { write: finish('stop') + done }])
  const requests = new AsyncLocalStorage<string>()
  const { generationId } = await requests.run('the first', () => own.start({ text: 'context' }))
  const contexts: (string | undefined)[] = []
  const reader = await runs().log.read(generationId, 0, () => contexts.push(requests.getStore()))
  own.upstream.open('read')
  await runs().get(generationId)?.ended
  reader.close()
  // The delta, the usage and the status.
  expect(contexts.length).toBeGreaterThan(1)
  expect(new Set(contexts)).toEqual(new Set([undefined]))
})

test('one that another instance writes is asked for until it has ended, and no longer than the client is there', async () => {
  own.upstream.scriptFor('elsewhere', [{ delta: 'All.' }, { write: finish('stop') + done }])
  const start = await own.start({ text: 'elsewhere' })
  const { generationId } = start
  await vi.waitFor(async () => expect(await statusOf(generationId)).toBe('completed'))
  await vi.waitFor(() => expect(runs().has(generationId)).toBe(false))
  await later()
  const { outline } = await database()
    .selectFrom('generations')
    .select('outline')
    .where('id', '=', generationId)
    .executeTakeFirstOrThrow()
  const set = (status: string, events: string | null) =>
    sql`update generations set status = ${status}, outline = ${events} where id = ${generationId}`.execute(database())
  await set('running', null)

  const idle = vi.getTimerCount()
  const client = new AbortController()
  const left = finishedGeneration(start, client.signal)
  await later()
  expect(vi.getTimerCount()).toBeGreaterThan(idle)
  client.abort()
  expect(await left).toBeNull()
  expect(vi.getTimerCount()).toBe(idle)

  let answered = false
  const finished = finishedGeneration(start, nobodyLeaves()).finally(() => {
    answered = true
  })
  await later()
  expect(answered).toBe(false)
  await set('completed', outline)
  await later()
  expect(await finished).toMatchObject({ status: 'completed', finishReason: 'stop', text: 'All.' })
})
