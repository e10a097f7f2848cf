import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Reply } from '@/components/message/reply'
import { ConversationProvider, useConversationStore } from '@/lib/client/state/context'
import type { ConversationStore } from '@/lib/client/state/conversations'
import { emptyEntry } from '@/lib/client/state/entries'
import type { ConversationState } from '@/lib/client/state/types'
import { defaultSettings } from '@/lib/protocol/api'
import type { GenerationStatus } from '@/lib/protocol/events'
import { type Message, type Part, part } from '@/lib/protocol/messages'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const initial = { conversations: { conversations: [], nextCursor: null }, settings: defaultSettings, models: null }

function reply(parts: Part[], status: GenerationStatus): Message {
  const generation = {
    ...{ id: 'run', status, retry: null, model: 'demo:rill', finishReason: null, usage: null },
    ...{ earlier: [], attempts: 1, cursor: 1, startedAt: 100_000, firstTokenAt: 104_000, endedAt: null },
  }
  return { id: 'reply', parentId: 'prompt', role: 'assistant', parts, createdAt: 100_000, generation }
}

/** A page with one reply. */
function openReply() {
  let store: ConversationStore | undefined
  function Page() {
    store = useConversationStore()
    return <Reply conversationId="rivers" messageId="reply" last />
  }
  render(
    <ConversationProvider initial={initial}>
      <Page />
    </ConversationProvider>,
  )
  return (state: Partial<ConversationState>) => act(() => store?.setState(state))
}

const reasoningLabels = () => screen.getAllByRole('button', { name: /Th/ }).map(({ textContent }) => textContent)

it('counts its first reasoning from the start of the reply, later ones from their first render', () => {
  vi.useFakeTimers({ now: 104_000 })
  const set = openReply()
  const show = (parts: Part[]) => set({ messages: { reply: reply(parts, 'running') } })
  show([{ type: 'reasoning', text: 'Hm.', state: 'streaming' }])
  expect(reasoningLabels()).toEqual(['Thinking · 4 s'])
  const before: Part[] = [
    { type: 'reasoning', text: 'Hm.', ms: 5000 },
    { type: 'text', text: 'Yes.' },
  ]
  act(() => vi.advanceTimersByTime(1000))
  show(before)
  act(() => vi.advanceTimersByTime(30_000))
  show([...before, { type: 'reasoning', text: 'Or?', state: 'streaming' }])
  expect(reasoningLabels()).toEqual(['Thought for 5 s', 'Thinking'])
  act(() => vi.advanceTimersByTime(2000))
  expect(reasoningLabels()).toEqual(['Thought for 5 s', 'Thinking · 2 s'])
})

it('counts continued reasoning from the click, not from the start of the stopped run', () => {
  vi.useFakeTimers({ now: 900_000 })
  const set = openReply()
  set({ messages: { reply: reply([{ type: 'reasoning', text: 'Hm, ', ms: 2000 }], 'stopped') } })
  expect(reasoningLabels()).toEqual(['Thought for 2 s'])
  const request = { kind: 'continue' as const, promptId: 'prompt', replyId: 'reply', generationId: 'run' }
  const pending = {
    turnId: 'turn',
    request,
    model: 'demo:rill',
    sentAt: 900_000,
    stopping: false,
    delayed: null,
    problem: null,
  }
  set({ conversations: { rivers: { ...emptyEntry('rivers', 'ready'), pending } } })
  act(() => vi.advanceTimersByTime(1000))
  expect(reasoningLabels()).toEqual(['Thinking · 3 s'])
})

it.each<[string, Part[], string | null]>([
  ['nothing', [], 'Empty reply'],
  ['white space', [{ type: 'text', text: ' \n' }], 'Empty reply'],
  ['thoughts alone', [{ type: 'reasoning', text: 'Hm.' }], 'Empty reply'],
  ['text', [{ type: 'text', text: 'Yes.' }], null],
])('labels the end of a reply with %s', (_, parts, label) => {
  openReply()({ messages: { reply: reply(parts, 'completed') } })
  expect(screen.queryByText(/^Empty/)?.textContent ?? null).toBe(label)
})

it('uses the singular for a wait of one second', async () => {
  const wait = { attempt: 2, of: 6, delayMs: 900, kind: 'upstream' as const, message: 'The provider had an error' }
  const message = reply([], 'running')
  const generation = message.generation && { ...message.generation, retry: { ...wait, at: Date.now() + 900 } }
  openReply()({ messages: { reply: { ...message, generation } } })
  const said = await screen.findByText(/attempt/)
  expect(said.textContent).toBe('The provider had an error. Trying again in 1 second, attempt 2 of 6.')
})

describe('a prompt that wasn’t answered', () => {
  const failed: Part[] = [{ type: 'error', problem: { kind: 'network', message: 'Cut.', retryable: true } }]
  const filtered: Part[] = [{ type: 'error', problem: { kind: 'content_filter', message: 'No.', retryable: false } }]
  const label = () => screen.queryByText(/^Not answered\./)?.textContent

  /** Shows the reply, optionally followed by another turn. */
  function show(parts: Part[], status: GenerationStatus, hasNextTurn = false) {
    const set = openReply()
    const prompt: Message = { ...reply([], status), id: 'prompt', parentId: null, role: 'user', generation: null }
    const next: Message = { ...prompt, id: 'next', parentId: 'reply' }
    const shown = [prompt, reply(parts, status), ...(hasNextTurn ? [next] : [])]
    set({
      conversations: { rivers: { ...emptyEntry('rivers', 'ready'), messageIds: shown.map(({ id }) => id) } },
      messages: Object.fromEntries(shown.map((message) => [message.id, message])),
    })
  }

  it.each([
    ['a failure', failed, 'failed', false, 'Not answered. It will be sent with your next message.'],
    ['a failure before another turn', failed, 'failed', true, 'Not answered. Sent with your next message.'],
    ['a stop', [], 'stopped', false, 'Not answered. It will be sent with your next message.'],
    ['nothing', [], 'completed', true, 'Not answered. Sent with your next message.'],
    ['white space', [{ type: 'text', text: ' \n' }], 'completed', true, 'Not answered. Sent with your next message.'],
    ['a filter', filtered, 'failed', false, 'Not answered. Not sent to the model.'],
    ['a filter before another turn', filtered, 'failed', true, 'Not answered. Not sent to the model.'],
    ['a part of an answer', [{ type: 'text', text: 'Half' }, ...failed], 'interrupted', true, undefined],
    ['an answer', [{ type: 'text', text: 'Yes.' }], 'completed', true, undefined],
    ['an answer on its way', [], 'running', false, undefined],
  ] as [string, Part[], GenerationStatus, boolean, string | undefined][])(
    'is labeled: %s',
    (_, parts, status, hasNextTurn, expected) => {
      show(parts, status, hasNextTurn)
      expect(label()).toBe(expected)
    },
  )
})

it('says which model it waits for, and for how long, until something arrives', () => {
  vi.useFakeTimers({ now: 104_000 })
  const set = openReply()
  const waiting = reply([], 'running')
  if (waiting.generation) waiting.generation = { ...waiting.generation, firstTokenAt: null }
  set({ messages: { reply: waiting } })
  expect(screen.getByRole('article').textContent).toMatch(/^Waiting for .+ · 4 s$/)
  act(() => vi.advanceTimersByTime(71_000))
  expect(screen.getByRole('article').textContent).toMatch(/^Waiting for .+ · 1 min 15 s$/)
  act(() => vi.advanceTimersByTime(500_000))
  expect(screen.getByRole('article').textContent).toMatch(/^Waiting for .+ · 9 min 35 s$/)
})

it.each<[Part[], GenerationStatus, boolean]>([
  [[{ type: 'reasoning', text: 'They ask of rivers.' }], 'completed', true],
  [[{ type: 'reasoning', text: 'They ask of rivers.' }], 'running', false],
  [[{ type: 'reasoning', text: 'They ask of rivers.' }], 'stopped', false],
  [[{ type: 'reasoning', text: 'They ask of rivers.' }], 'interrupted', true],
  [
    [
      { type: 'reasoning', text: 'They ask of rivers.' },
      { type: 'text', text: 'The Rhine.' },
    ],
    'completed',
    false,
  ],
])('opens reasoning that no text followed: %j, %s: %s', (parts, status, shown) => {
  openReply()({ messages: { reply: reply(parts, status) } })
  expect(screen.getByRole('article').textContent?.includes('They ask of rivers.')).toBe(shown)
})

it('shows a note in place of an unknown part, and the rest of the reply', () => {
  const later = part.parse({ type: 'tool-call', name: '<b>search</b>', input: {} })
  openReply()({ messages: { reply: reply([{ type: 'text', text: 'Look: ' }, later], 'completed') } })
  const shown = screen.getByRole('article').textContent
  expect(shown).toContain('Look: ')
  expect(shown).toContain('Can’t show this part of the reply.')
  expect(shown).not.toContain('search')
})
