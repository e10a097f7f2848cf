import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { deleteConversation, isDeleted, restoreConversation } from '@/lib/database/conversations'
import { runs } from '@/lib/runs/runs'
import { bootstrap } from '@/lib/server/bootstrap'
import { done, finish, usage } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { logOf, ownProcess, rowOf, statusOf } from './process'

// Deleted as another instance does it, whose word of it is lost: nothing but the row says so.
const own = ownProcess({ RILL_RETRY_ATTEMPTS: '4', RILL_STREAMS_PER_PERSON: '0' })
const execute = (statement: string) => sql.raw(statement).execute(database())
const ending: Step = { write: finish('stop') + usage({ prompt: 5, completion: 3 }) + done }

beforeAll(() => bootstrap())
afterAll(() => execute('drop trigger if exists at_once'))

async function stopped(generationId: string) {
  await vi.waitFor(async () => expect(await statusOf(generationId)).toBe('stopped'), { timeout: 8_000 })
  const statuses = (await logOf(generationId)).filter(({ type }) => type === 'status')
  expect(statuses).toMatchObject([{ data: { status: 'stopped' } }])
  expect(runs().get(generationId)).toBeUndefined()
  return await rowOf(generationId)
}

const states: [string, string, Step[], (generationId: string) => boolean][] = [
  ['while it grows', 'Some text', [{ delta: 'Some text' }, { until: 'grows' }, ending], hasText],
  [
    'while its model is silent after some text',
    'Some text',
    [{ delta: 'Some text' }, { until: 'silent' }, ending],
    hasText,
  ],
  ['before the upstream answers', '', [{ until: 'answers' }, { delta: 'late' }, ending], () => true],
  ['before the first token', '', [{ status: 200 }, { until: 'token' }, { delta: 'late' }, ending], () => true],
  ['while it waits to ask again', '', [{ status: 429, headers: { 'retry-after': '50' } }, { end: true }], isWaiting],
]

function hasText(generationId: string): boolean {
  return runs().get(generationId)?.folded.parts.length === 1
}

function isWaiting(generationId: string): boolean {
  return runs().get(generationId)?.folded.retry != null
}

function unsavedEvents(generationId: string): number | undefined {
  return runs().unsaved.find((each) => each.generationId === generationId)?.unsavedCount
}

describe.each(states)('a conversation that is deleted %s', (name, text, steps, isThere) => {
  test('stops its answer, closes the upstream, and has its text when it is brought back', async () => {
    own.upstream.scriptFor(name, steps)
    const { generationId, conversationId } = await own.start({ text: name })
    const asked = async () => {
      await vi.waitFor(() => expect(own.upstream.requests.some(({ prompt }) => prompt === name)).toBe(true))
      return own.upstream.requests.find(({ prompt }) => prompt === name)
    }
    const request = await asked()
    await vi.waitFor(() => expect(isThere(generationId)).toBe(true))
    if (name !== 'while it grows') await vi.waitFor(() => expect(unsavedEvents(generationId)).toBe(0))
    await deleteConversation(conversationId)
    const row = await stopped(generationId)
    await request?.closed
    await restoreConversation(conversationId, 'somebody')
    expect(await isDeleted(conversationId)).toBe(false)
    expect(row.parts.includes('Some text')).toBe(text !== '')
    expect(own.upstream.requests.filter(({ prompt }) => prompt === name)).toHaveLength(1)
  })
})

test('one that is deleted between the commit of a turn and its start asks no model, and costs nothing', async () => {
  await execute(`create trigger at_once after insert on generations
    begin update conversations set deleted_at = 1 where id = new.conversation_id; end`)
  const { generationId, conversationId } = await own.start({ text: 'deleted at once' })
  const row = await stopped(generationId)
  expect(row.usage).toBeNull()
  expect(own.upstream.requests.filter(({ prompt }) => prompt === 'deleted at once')).toEqual([])
  const { rows } =
    await sql`select spent_tokens, reserved_tokens from spending where scope = ${`conversation:${conversationId}`}`.execute(
      database(),
    )
  expect(rows).toEqual([{ spentTokens: 0, reservedTokens: 0 }])
})

test.each(['grows', 'is silent'])('one that is gone for good stops an answer that %s', async (how) => {
  await execute('drop trigger if exists at_once')
  const more: Step[] = how === 'grows' ? [{ until: 'swept' }, { delta: ' more' }] : []
  own.upstream.scriptFor(`swept ${how}`, [{ delta: 'Some text' }, ...more, { until: 'never' }])
  const { generationId, conversationId } = await own.start({ text: `swept ${how}` })
  await vi.waitFor(() => expect(hasText(generationId)).toBe(true))
  await execute(`delete from conversations where id = '${conversationId}'`)
  own.upstream.open('swept')
  await vi.waitFor(() => expect(runs().get(generationId)).toBeUndefined(), { timeout: 5_000 })
  const request = own.upstream.requests.find(({ prompt }) => prompt === `swept ${how}`)
  await request?.closed
})
