import { join } from 'node:path'
import { sql } from 'kysely'
import Libsql from 'libsql'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { metrics } from '@/lib/metrics'
import { runs } from '@/lib/runs/runs'
import { done, finish } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { logOf, ownProcess, readPieces, rowOf, statusOf } from './process'

const own = ownProcess({ RILL_RETRY_ATTEMPTS: '1' })
const ending: Step = { write: finish('stop') + done }
const execute = (statement: string) => sql.raw(statement).execute(database())

afterEach(async () => {
  vi.restoreAllMocks()
  await execute('drop trigger if exists refused')
})

/** Two answers that have told their first words and wait for the test. */
async function two(name: string) {
  own.upstream.scriptFor(`${name} bad`, [{ delta: 'bad ' }, { until: `${name} bad` }, { delta: 'end' }, ending])
  own.upstream.scriptFor(`${name} good`, [{ delta: 'good ' }, { until: `${name} good` }, { delta: 'end' }, ending])
  const bad = (await own.start({ text: `${name} bad` })).generationId
  const good = (await own.start({ text: `${name} good` })).generationId
  const open = (which: 'bad' | 'good') => own.upstream.open(`${name} ${which}`)
  await vi.waitFor(() => {
    for (const id of [bad, good]) expect(runs().get(id)?.folded.parts).toHaveLength(1)
  })
  return { bad, good, open }
}

describe.each(['abort', 'fail', 'rollback'])('a database that refuses one row (raise %s)', (way) => {
  const refuse = (when: string, id: string) =>
    execute(`create trigger refused before ${when} when new.${when.endsWith('pieces') ? 'generation_id' : 'id'} = '${id}'
      begin select raise(${way}, 'not this one'); end`)

  test('as it grows: the others are saved, and so is its end', async () => {
    const { bad, good, open } = await two(`grows ${way}`)
    await refuse('insert on generation_pieces', bad)
    await execute(`delete from generation_pieces where generation_id = '${bad}'`)
    open('bad')
    open('good')
    expect((await logOf(good)).at(-1)?.data).toMatchObject({ status: 'completed' })
    expect((await logOf(bad)).at(-1)?.data).toMatchObject({ status: 'completed' })
    await vi.waitFor(async () => expect(await statusOf(good)).toBe('completed'))
    await vi.waitFor(async () => expect(await statusOf(bad)).toBe('completed'))
    expect((await rowOf(bad)).parts).toContain('bad end')
  })

  test('as it ends: it is told, the others grow and end, and it is saved when that is possible', async () => {
    const { bad, good, open } = await two(`ends ${way}`)
    await refuse('update on generations', bad)
    open('bad')
    const events = await logOf(bad)
    expect(events.filter(({ type }) => type === 'status')).toHaveLength(1)
    expect(events.at(-1)?.data).toMatchObject({ status: 'completed' })
    expect(await statusOf(bad)).toBe('running')
    expect(runs().has(bad)).toBe(true)

    await vi.waitFor(async () => expect(await readPieces(good)).toContain('good '))
    open('good')
    expect((await logOf(good)).at(-1)?.data).toMatchObject({ status: 'completed' })
    expect(await statusOf(good)).toBe('completed')

    await execute('drop trigger refused')
    await vi.waitFor(async () => expect(await statusOf(bad)).toBe('completed'), { timeout: 10_000 })
    expect((await rowOf(bad)).parts).toContain('bad end')
    await vi.waitFor(() => expect(runs().has(bad)).toBe(false))
  })
})

test('a counter that throws as a checkpoint is saved does not end the saving', async () => {
  const observe = vi.spyOn(metrics().checkpointLag, 'observe').mockImplementation(() => {
    throw new Error('no counting today')
  })
  const { bad, good, open } = await two('counted')
  await vi.waitFor(() => expect(observe).toHaveBeenCalled())
  open('bad')
  open('good')
  for (const id of [bad, good]) {
    expect((await logOf(id)).at(-1)?.data).toMatchObject({ status: 'completed' })
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('completed'))
  }
})

test('a reader that cannot be told holds back neither the answer nor the other readers', async () => {
  const { bad, open } = await two('read')
  const reader = await runs().log.read(bad, 0, () => {
    throw new Error('this reader is broken')
  })
  const log = logOf(bad)
  open('bad')
  const events = await log
  expect(events.flatMap((event) => (event.type === 'delta' ? event.data.text : [])).join('')).toBe('bad end')
  expect(events.at(-1)?.data).toMatchObject({ status: 'completed' })
  expect(await statusOf(bad)).toBe('completed')
  reader.close()
})

test('a table that is gone as an answer ends is told, logged, and waited for', async () => {
  const { bad, good, open } = await two('mislaid')
  await execute('alter table spending rename to mislaid')
  try {
    open('bad')
    open('good')
    for (const id of [bad, good]) expect((await logOf(id)).at(-1)?.data).toMatchObject({ status: 'completed' })
  } finally {
    await execute('alter table mislaid rename to spending')
  }
  for (const id of [bad, good])
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('completed'), { timeout: 10_000 })
})

test('a file that another program has locked is written to once it is free', async () => {
  const { bad, open } = await two('locked')
  const file = new Libsql(join(own.dataDir, 'rill.db'))
  file.exec('BEGIN IMMEDIATE')
  try {
    open('bad')
    expect((await logOf(bad)).at(-1)?.data).toMatchObject({ status: 'completed' })
    expect(await statusOf(bad)).toBe('running')
    await expect(own.start({ text: 'not now' })).rejects.toThrow('locked')
  } finally {
    file.exec('ROLLBACK')
  }
  await vi.waitFor(async () => expect(await statusOf(bad)).toBe('completed'), { timeout: 5_000 })
  file.close()
})
