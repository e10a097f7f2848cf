import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { buildPrompt, countPromptOf, type PromptSource } from '@/lib/prompt/build'
import { wireMessage } from '@/lib/prompt/content'
import { isBlank } from '@/lib/protocol/unanswered'
import { countPrompt } from '@/lib/tokens/count-prompt'
import { longestContinuationMessages } from '@/lib/upstream/continuation'
import { ownDatabase } from '../database/own-database'
import { newConversation, problem, type Reply, text, thought } from './branches'

ownDatabase()

const source = { model: 'gpt-4o', window: null }
const sentFor = async (asked: PromptSource) => (await buildPrompt(asked)).messages.map(wireMessage)

/** Every way in which a reply may end without text, and what happens to its prompt. */
const unanswered: [string, Reply, 'joined' | 'left out'][] = [
  ['nothing yet', { parts: [], status: 'running' }, 'left out'],
  ['a failure', { parts: [problem('network')], status: 'failed' }, 'joined'],
  ['a wrong key', { parts: [problem('auth')], status: 'failed' }, 'joined'],
  ['an account out of credit', { parts: [problem('quota')], status: 'failed' }, 'joined'],
  ['a budget that was reached before the first word', { parts: [problem('budget')], status: 'interrupted' }, 'joined'],
  ['a stop before the first word', { parts: [], status: 'stopped' }, 'joined'],
  ['a stop while thinking', { parts: [thought('Hm.')], status: 'stopped' }, 'joined'],
  ['a cut while thinking', { parts: [thought('Hm.'), problem('timeout')], status: 'interrupted' }, 'joined'],
  ['a cut after a line break', { parts: [text('\n'), problem('network')], status: 'interrupted' }, 'joined'],
  ['nothing', { parts: [], finishReason: 'stop' }, 'joined'],
  ['white space', { parts: [text(' \n\u00a0')], finishReason: 'stop' }, 'joined'],
  ['white space as Python defines it', { parts: [text('\u001c\u0085')] }, 'joined'],
  ['an invisible character', { parts: [text('\u200b\u2060')] }, 'joined'],
  ['reasoning around white space', { parts: [thought('Hm.'), text(' '), thought('Well.')] }, 'joined'],
  ['a filter', { parts: [problem('content_filter')], status: 'failed' }, 'left out'],
  ['a filter after white space', { parts: [text(' ')], finishReason: 'content_filter' }, 'left out'],
  ['a filter of another name', { parts: [], finishReason: 'SAFETY' }, 'left out'],
  [
    'a filter while thinking',
    { parts: [thought('Hm.'), problem('content_filter')], status: 'interrupted' },
    'left out',
  ],
  ['a prompt that is too long', { parts: [problem('context_length')], status: 'failed' }, 'left out'],
]

describe('a prompt after one that got', () => {
  it.each(unanswered)('%s', async (_, reply, becomes) => {
    const conversation = await newConversation()
    const first = await conversation.prompt(null, 'First')
    const answer = await conversation.reply(first, { parts: [text('Yes.')] })
    const failed = await conversation.prompt(answer, 'Second')
    const head = await conversation.reply(failed, reply)
    const last = becomes === 'joined' ? 'Second\n\nThird' : 'Third'
    expect(await sentFor({ ...source, head, text: 'Third' })).toEqual([
      { role: 'user', content: 'First' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: last },
    ])
    // When it is regenerated, it is an ordinary prompt.
    expect((await sentFor({ ...source, head: failed })).at(-1)).toEqual({ role: 'user', content: 'Second' })
  })
})

it.each([
  ['a part of a reply', { parts: [text('Half an'), problem('network')], status: 'interrupted' }, 'Half an'],
  ['a reply that a filter cut off', { parts: [text('Half an')], finishReason: 'content_filter' }, 'Half an'],
  ['a stopped reply', { parts: [thought('Hm.'), text('Ha')], status: 'stopped' }, 'Ha'],
  ['a full stop', { parts: [text(' . ')] }, ' . '],
  ['an emoji', { parts: [text('\u{1F469}\u200D\u{1F680}')] }, '\u{1F469}\u200D\u{1F680}'],
] as [string, Reply, string][])('%s counts as a reply', async (_, reply, said) => {
  const conversation = await newConversation()
  const first = await conversation.prompt(null, 'First')
  const head = await conversation.reply(first, reply)
  expect((await sentFor({ ...source, head, text: 'Next' })).slice(0, 2)).toEqual([
    { role: 'user', content: 'First' },
    { role: 'assistant', content: said },
  ])
})

it('a repeated prompt without a reply in between is sent once', async () => {
  const conversation = await newConversation()
  const first = await conversation.prompt(null, 'Hello?')
  const head = await conversation.reply(first, { parts: [problem('network')], status: 'failed' })
  expect(await sentFor({ ...source, head, text: 'Hello?\n' })).toEqual([{ role: 'user', content: 'Hello?\n' }])
})

it('consecutive prompts are joined', async () => {
  const conversation = await newConversation()
  const head = await conversation.prompt(await conversation.prompt(null, 'One'), 'Two')
  expect(await sentFor({ ...source, head, text: 'Three' })).toEqual([{ role: 'user', content: 'One\n\nTwo\n\nThree' }])
})

it('a blank prompt is not sent, and only the rest is counted', async () => {
  const conversation = await newConversation()
  const first = await conversation.prompt(null, 'First')
  const head = await conversation.reply(first, { parts: [text('Yes.')] })
  const messages = [
    { role: 'user', content: 'First' },
    { role: 'assistant', content: 'Yes.' },
  ]
  for (const blank of ['', ' \u200b']) {
    expect(await sentFor({ ...source, head: null, text: blank })).toEqual([])
    expect(await sentFor({ ...source, head, text: blank })).toEqual(messages)
    expect(await countPromptOf({ ...source, head, text: blank })).toMatchObject(await countPrompt('gpt-4o', messages))
  }
})

test('a reply to an invisible prompt is left out with it', async () => {
  const conversation = await newConversation()
  const blank = await conversation.prompt(null, '\u200b')
  const head = await conversation.reply(blank, { parts: [text('You said nothing.')] })
  expect(await sentFor({ ...source, head, text: 'Hello' })).toEqual([{ role: 'user', content: 'Hello' }])
})

describe('for any tree of turns', () => {
  const words = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  const broken = fc.constantFrom('\ud83d', 'a\ude00b', ' \n', '', '\u200b', 'plain words')
  const said = fc.oneof(words, broken)
  const ending = fc.oneof(
    said.map((more): Reply => ({ parts: [text(`ReplyAccumulator ${more}`)] })),
    fc.constantFrom(...unanswered.map(([, reply]) => reply)),
    said.map((more): Reply => ({ parts: [thought('Hm.'), text(more), problem('network')], status: 'interrupted' })),
  )
  const turns = fc.array(fc.record({ prompt: said, reply: fc.option(ending), after: fc.nat() }), { maxLength: 12 })

  it('roles alternate, nothing is blank or malformed, the last prompt is whole and replies keep their order', async () => {
    await fc.assert(
      fc.asyncProperty(turns, said, fc.option(said), async (tree, last, system) => {
        fc.pre(!isBlank(last))
        const conversation = await newConversation()
        const heads: (string | null)[] = [null]
        const answersAt = new Map<string | null, string[]>([[null, []]])
        for (const { prompt, reply, after } of tree) {
          const parent = heads[after % heads.length] ?? null
          const promptId = await conversation.prompt(parent, prompt)
          const head = reply ? await conversation.reply(promptId, reply) : promptId
          const answer = reply?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? ''
          heads.push(head)
          answersAt.set(head, [...(answersAt.get(parent) ?? []), ...(isBlank(answer) ? [] : [answer.toWellFormed()])])
        }
        for (const head of heads) {
          const asked = { ...source, head, text: last, system: system ?? undefined }
          const prompt = await buildPrompt(asked)
          const messages = prompt.messages.map(wireMessage)
          const spoken = messages.filter(({ role }) => role !== 'system')
          expect(messages.length - spoken.length).toBe(system !== null && !isBlank(system) ? 1 : 0)
          expect(spoken.map(({ role }) => role)).toEqual(spoken.map((_, i) => (i % 2 === 0 ? 'user' : 'assistant')))
          expect(messages.filter(({ content }) => isBlank(content) || !content.isWellFormed())).toEqual([])
          expect(messages.at(-1)?.role).toBe('user')
          expect(messages.at(-1)?.content.endsWith(last.toWellFormed())).toBe(true)
          const replies = spoken.filter(({ role }) => role === 'assistant').map(({ content }) => content)
          const answers = answersAt.get(head) ?? []
          // Only replies to blank prompts may be missing.
          let place = -1
          for (const reply of replies) {
            place = answers.indexOf(reply, place + 1)
            expect(place).toBeGreaterThanOrEqual(0)
          }
          if (!tree.some(({ prompt: each }) => isBlank(each))) expect(replies).toEqual(answers)
          // Both ways of counting match what is sent.
          expect(await prompt.count()).toEqual(await countPrompt('gpt-4o', messages))
          expect(await countPromptOf(asked)).toEqual({ ...(await prompt.count()), trimmedTurns: 0 })
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('a context window', () => {
  const after = longestContinuationMessages({ partial: `So far${' the'.repeat(20)}` })
  const long = ' the'.repeat(20)

  async function conversationOf(...turns: [string, string][]) {
    const conversation = await newConversation()
    let head: string | null = null
    for (const [prompt, reply] of turns) {
      const promptId: string = await conversation.prompt(head, prompt)
      head = await conversation.reply(promptId, { parts: [text(reply)] })
    }
    return head
  }
  const beginnings = async (asked: PromptSource) => (await sentFor(asked)).map(({ content }) => content.slice(0, 3))

  it('leaves out the oldest turns, and keeps the prompt and the continuation', async () => {
    const head = await conversationOf([`Ann${long}`, `Ann${long}`], [`Bob${long}`, `Bob${long}`])
    const asked = { model: 'gpt-4o', head, text: 'And now?', system: 'Be brief.', replyTokens: 10 }
    expect(await beginnings({ ...asked, window: 150 })).toEqual(['Be ', 'Ann', 'Ann', 'Bob', 'Bob', 'And'])
    expect(await beginnings({ ...asked, window: 180, continuation: after })).toEqual(['Be ', 'Bob', 'Bob', 'And'])
    expect(await beginnings({ ...asked, window: 60, continuation: after })).toEqual(['Be ', 'And'])
    // Not one token too early.
    const { tokens } = await countPromptOf({ ...asked, window: null })
    expect(await countPromptOf({ ...asked, window: tokens + 10 })).toMatchObject({ tokens, trimmedTurns: 0 })
    expect((await countPromptOf({ ...asked, window: tokens + 9 })).trimmedTurns).toBe(1)
  })

  it.each([40, 60, 100, 150, 180, 240, 100_000])(
    'of %i tokens: the count is of the remaining messages',
    async (window) => {
      const head = await conversationOf(['Hi', 'Hello!'], [`Ann${long}`, `Ann${long}`], [`Bob${long}`, `Bob${long}`])
      for (const more of [[], after]) {
        const asked = { model: 'gpt-4o', head, text: 'And now?', window, replyTokens: 10, continuation: more }
        const prompt = await buildPrompt(asked)
        const count = await countPrompt('gpt-4o', [...prompt.messages.map(wireMessage), ...more])
        expect(await prompt.count()).toEqual(count)
        expect(await countPromptOf(asked)).toEqual({ ...count, trimmedTurns: prompt.trimmedTurns })
      }
    },
  )
})

test('the longest continuation is counted by default, and a shorter one on request', async () => {
  const after = longestContinuationMessages({ partial: 'The river rises' })
  const prompt = await buildPrompt({ ...source, head: null, text: 'Tell me of the river', continuation: after })
  const asked = { role: 'user', content: 'Tell me of the river' }
  expect(prompt.messages.map(wireMessage)).toEqual([asked])
  expect(await prompt.count()).toEqual(await countPrompt('gpt-4o', [asked, ...after]))
  expect(await prompt.count(after.slice(0, 1))).toEqual(await countPrompt('gpt-4o', [asked, ...after.slice(0, 1)]))
})
