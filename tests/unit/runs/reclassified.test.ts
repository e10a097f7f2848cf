import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { storedEvents, storedFold } from '@/lib/event-log/stored-events'
import type { LogEvent } from '@/lib/protocol/events'
import { foldEvent, nothingYet } from '@/lib/protocol/messages'
import { finishedGeneration } from '@/lib/runs/follow'
import { runs } from '@/lib/runs/runs'
import { prepareContinuation } from '@/lib/runs/start/regenerate'
import { done, finish } from '@/tests/upstream/events'
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ownDatabase } from '../database/own-database'
import { logOf, startPrepared, startTurn } from './process'

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
  vi.stubEnv('OPENAI_BASE_URL', upstream.baseUrl)
})
afterAll(() => upstream.stop())
ownDatabase()

const partsOf = (events: LogEvent[]) => events.reduce(foldEvent, nothingYet).parts
const ms = expect.any(Number)

test('a closing tag that nothing opened: readers, the reply and its stored log agree, and so when it is gone on with', async () => {
  upstream.script([
    { delta: 'Let me ' },
    { until: 'seen' },
    { delta: 'see.</thi' },
    { delta: 'nk>\n\nIt is' },
    { write: finish('MAX_TOKENS') + done },
  ])
  const turn = { turnId: uuidv7(), text: 'How much?', model: 'scripted', stream: true }
  const start = await startTurn('somebody', turn)
  const following = logOf(start.generationId)
  await vi.waitFor(() =>
    expect(runs().get(start.generationId)?.folded.parts).toEqual([
      { type: 'text', text: 'Let me ', state: 'streaming' },
    ]),
  )
  upstream.open('seen')
  const thought = { type: 'reasoning', text: 'Let me see.', ms }
  const reply = await finishedGeneration(start, new AbortController().signal)
  expect(reply).toMatchObject({
    status: 'completed',
    finishReason: 'MAX_TOKENS',
    text: 'It is',
    parts: [thought, { type: 'text', text: 'It is' }],
    usage: { reasoningTokens: expect.any(Number) },
  })
  expect(reply?.usage?.reasoningTokens).toBeGreaterThan(0)
  const events = await following
  expect(events.map(({ type }) => type)).toContain('reclassify')
  expect(partsOf(events)).toEqual(reply?.parts)
  expect(await storedEvents(start.generationId, 0)).toEqual(events)
  // A reader that had seen the text before it was told what it was.
  const seen = events.slice(0, 2).reduce(foldEvent, nothingYet)
  expect((await storedEvents(start.generationId, 2)).reduce(foldEvent, seen).parts).toEqual(reply?.parts)

  upstream.script([
    { delta: 'Hm, ' },
    { delta: 'more.</think>' },
    { delta: ' four.' },
    { write: finish('stop') + done },
  ])
  const row = await database()
    .selectFrom('generations')
    .selectAll()
    .where('id', '=', start.generationId)
    .executeTakeFirstOrThrow()
  const next = await startPrepared(await prepareContinuation(row, { turnId: uuidv7(), stream: true }))
  const whole = await finishedGeneration(next, new AbortController().signal)
  expect(whole?.parts).toEqual([
    thought,
    { type: 'text', text: 'It is' },
    { type: 'reasoning', text: 'Hm, more.', ms },
    { type: 'text', text: ' four.' },
  ])
  expect((await storedFold(next.generationId)).parts).toEqual(whole?.parts)
  expect(await storedEvents(start.generationId, 0)).toEqual(events)
})
