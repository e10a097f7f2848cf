import { describe, expect, it, test } from 'vitest'
import { messageRow, messagesOf } from '@/lib/database/messages'
import { buildPrompt } from '@/lib/prompt/build'
import { wireMessage } from '@/lib/prompt/content'
import type { GenerationEvent } from '@/lib/protocol/events'
import {
  continuing,
  foldEvent,
  lengthsOf,
  message,
  nothingYet,
  type Part,
  part,
  partsBefore,
  problemIn,
  textOf,
} from '@/lib/protocol/messages'
import { ownDatabase } from '../database/own-database'
import { newConversation, text, thought } from '../prompt/branches'

ownDatabase()

const delta = (each: string): GenerationEvent => ({ type: 'delta', data: { text: each } })
const reasoning = (each: string): GenerationEvent => ({ type: 'reasoning', data: { text: each } })
const cut: GenerationEvent = { type: 'error', data: { kind: 'network', message: 'Cut.', retryable: true } }
const end: GenerationEvent = { type: 'status', data: { status: 'interrupted' } }
const fold = (parts: Part[], ...events: GenerationEvent[]) => events.reduce(foldEvent, { ...nothingYet, parts }).parts
const statesIn = (parts: Part[]) => parts.map((each) => ('state' in each ? (each.state ?? 'done') : 'done'))

describe('the state of a part', () => {
  it('is streaming while it is the last and the log goes on, and done after', () => {
    const thinking = fold([], reasoning('Hm.'))
    expect(statesIn(thinking)).toEqual(['streaming'])
    expect(statesIn(fold(thinking, { type: 'thought', data: { ms: 9 } }))).toEqual(['done'])
    const answering = fold(thinking, delta('Yes'), delta('.'))
    expect(statesIn(answering)).toEqual(['done', 'streaming'])
    expect(statesIn(fold(answering, end))).toEqual(['done', 'done'])
    expect(statesIn(fold(answering, cut, end))).toEqual(['done', 'done', 'done'])
  })

  it('is streaming again in the last part of a reply that is continued', () => {
    expect(statesIn(continuing([thought('Hm.'), text('Yes')]).parts)).toEqual(['done', 'streaming'])
  })

  it('is streaming in text that turns out to be reasoning', () => {
    const reclassified: GenerationEvent = { type: 'reclassify', data: { length: 3 } }
    expect(fold([text('No.')], delta('Hm.'), reclassified)).toEqual([
      text('No.'),
      { type: 'reasoning', text: 'Hm.', state: 'streaming' },
    ])
  })
})

describe('what is stored', () => {
  it.each<[string, object]>([
    ['text of an earlier version', { type: 'text', text: 'Yes.' }],
    ['reasoning of an earlier version', { type: 'reasoning', text: 'Hm.', ms: 12 }],
    ['a problem', { type: 'error', problem: { kind: 'network', message: 'Cut.', retryable: true } }],
    ['text that streams', { type: 'text', text: 'Ye', state: 'streaming' }],
    ['reasoning that goes on', { type: 'reasoning', text: 'Hm.', ms: 12, state: 'streaming' }],
  ])('is read and written back as it was: %s', (_, stored) => {
    expect(JSON.stringify(part.parse(stored))).toBe(JSON.stringify(stored))
  })

  it('is done in a state that this version does not know', () => {
    expect(part.parse({ type: 'text', text: 'Yes.', state: 'paused' })).toEqual(text('Yes.'))
  })

  it('is no part without a type', () => {
    for (const value of [null, 'text', {}, { type: 1 }]) expect(part.safeParse(value).success).toBe(false)
  })
})

/** Parts that a later version might store. */
const later = [
  { type: 'image', mediaType: 'image/png', url: '/files/1', state: 'streaming' },
  { type: 'tool-call', id: 'call-1', name: 'search', input: { text: 'Rivers' } },
  { type: 'error', problem: { kind: 'tool', message: 'It failed.', retryable: false } },
]

describe.each(later)('a part that only a later version knows: %j', (stored) => {
  const unknown = part.parse(stored)

  it('is kept as it came', () => {
    expect(unknown.type).toBe('unknown')
    expect(JSON.parse(JSON.stringify([unknown]))).toEqual([stored])
    expect(part.parse(JSON.parse(JSON.stringify(unknown)))).toEqual(unknown)
  })

  it('stays in its place while the reply goes on, and has no text', () => {
    const before = [text('Look: '), unknown]
    const grown = fold(continuing(before).parts, delta('a river'), end)
    expect(grown).toEqual([text('Look: '), unknown, text('a river')])
    expect(partsBefore(grown, lengthsOf(before))).toEqual(before)
    expect(textOf(grown)).toBe('Look: a river')
    expect(problemIn(grown)).toBeUndefined()
  })

  test('is read from the database, shown to the page, kept by a continuation, and not sent to a model', async () => {
    const conversation = await newConversation()
    const first = await conversation.prompt(null, 'First')
    const reply = await conversation.reply(first, { parts: [text('Look: '), unknown, text('a river.')] })
    const blank = await conversation.reply(await conversation.prompt(reply, 'Second'), { parts: [unknown] })
    const { messages } = await messagesOf(conversation.id)
    const shown = message.parse(JSON.parse(JSON.stringify(messages.find(({ id }) => id === reply))))
    expect(shown.parts).toEqual([text('Look: '), unknown, text('a river.')])

    const sent = await buildPrompt({ model: 'gpt-4o', window: null, head: blank, text: 'Third' })
    expect(sent.messages.map(wireMessage)).toEqual([
      { role: 'user', content: 'First' },
      { role: 'assistant', content: 'Look: a river.' },
      { role: 'user', content: 'Second\n\nThird' },
    ])

    await conversation.continue(first, reply, fold(continuing(shown.parts).parts, delta(' And a sea.'), end))
    expect(JSON.parse((await messageRow(reply)).parts)).toEqual([text('Look: '), stored, text('a river. And a sea.')])
  })
})
