import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { deleteConversation } from '@/lib/database/conversations'
import { parseParts } from '@/lib/database/messages'
import type { Problem } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { runs } from '@/lib/runs/runs'
import { done, finish } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { logOf, ownProcess, rowOf } from './process'

const own = ownProcess({ RILL_RETRY_ATTEMPTS: '1', RILL_STREAMS_PER_PERSON: '0' })
const execute = (statement: string) => sql.raw(statement).execute(database())
const reason: Problem = { kind: 'internal', message: 'For a reason of ours.', retryable: true }

/** How an answer may leave, with what its upstream does at last and what is done to it here. */
const ways: Record<string, { last: Step[]; act?: (generationId: string, conversationId: string) => unknown }> = {
  completed: { last: [{ delta: 'end' }, { write: finish('stop') + done }] },
  cut: { last: [{ cut: true }] },
  reset: { last: [{ reset: true }] },
  'no end': { last: [{ end: true }] },
  'an error in the stream': { last: [{ write: 'data: {"error":{"message":"overloaded"}}\n\n' }, { end: true }] },
  stopped: { last: [{ until: 'never' }], act: (id) => void runs().get(id)?.stop() },
  interrupted: { last: [{ until: 'never' }], act: (id) => void runs().get(id)?.interrupt(reason) },
  both: {
    last: [{ until: 'never' }],
    act: (id) => {
      void runs().get(id)?.interrupt(reason)
      void runs().get(id)?.stop()
    },
  },
  deleted: {
    last: [{ delta: 'more' }, { until: 'never' }],
    act: async (_, conversationId) => {
      await deleteConversation(conversationId)
      await runs().stopUnwanted()
    },
  },
}

/** What the database may refuse, of one generation or of all. */
const faults: Record<string, { refuse: (id: string) => string; allow: string }> = {
  none: { refuse: () => 'select 1', allow: 'select 1' },
  pieces: trigger('insert on generation_pieces', (id) => `new.generation_id = '${id}'`),
  ends: trigger('update of status on generations', (id) => `new.id = '${id}'`),
  messages: trigger('update on messages', (id) => `new.id = (select message_id from generations where id = '${id}')`),
  'rolling back': trigger('update of status on generations', (id) => `new.id = '${id}'`, 'rollback'),
  bookings: trigger('update on spending', () => 'true'),
  sums: {
    refuse: () => 'alter table usage_rollups rename to mislaid',
    allow: 'alter table mislaid rename to usage_rollups',
  },
}

function trigger(when: string, which: (id: string) => string, how = 'abort') {
  return {
    refuse: (id: string) =>
      `create trigger refused before ${when} when ${which(id)} begin select raise(${how}, 'refused by a test'); end`,
    allow: 'drop trigger refused',
  }
}

let names = 0

test('however answers end, and whatever is refused: each tells one end, the last of all, and it is saved', async () => {
  const answers = fc.array(fc.constantFrom(...Object.keys(ways)), { minLength: 2, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(answers, fc.constantFrom(...Object.keys(faults)), async (chosen, fault) => {
      const started = await Promise.all(
        chosen.map(async (way) => {
          const name = `ends ${++names}.`
          own.upstream.scriptFor(name, [{ delta: `text of ${name} ` }, { until: name }, ...(ways[way]?.last ?? [])])
          return { name, way, ...(await own.start({ text: name })) }
        }),
      )
      await vi.waitFor(() => {
        for (const { generationId } of started) expect(runs().get(generationId)?.folded.parts).toHaveLength(1)
      })
      await execute(faults[fault]?.refuse(started[0]?.generationId ?? '') ?? '')
      try {
        for (const { name, way, generationId, conversationId } of started) {
          own.upstream.open(name)
          await ways[way]?.act?.(generationId, conversationId)
        }
        const logs = await Promise.all(started.map(({ generationId }) => logOf(generationId)))
        for (const log of logs) {
          expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
          expect(log.filter(({ type }) => type === 'status')).toEqual(log.slice(-1))
        }
      } finally {
        await execute(faults[fault]?.allow ?? '')
      }
      for (const { name, generationId } of started) {
        const told = (await logOf(generationId)).at(-1)
        await vi.waitFor(async () => expect((await rowOf(generationId)).status).not.toBe('running'), {
          timeout: 10_000,
        })
        const row = await rowOf(generationId)
        expect(told?.data).toMatchObject({ status: row.status })
        expect(textOf(parseParts(row.parts))).toContain(`text of ${name}`)
      }
      await vi.waitFor(() => expect(runs().unsaved).toEqual([]))
    }),
    { numRuns: 12 },
  )
}, 60_000)
