import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createConversationStore } from '@/lib/client/state/conversations'
import { emptyEntry } from '@/lib/client/state/entries'
import { branchesOf, choicesTo, conversationOf, turnsOf, visiblePath } from '@/lib/client/state/selectors'
import { defaultSettings } from '@/lib/protocol/api'
import type { Message } from '@/lib/protocol/messages'
import { TestEnvironment } from '../test-environment'

/** A state with one conversation of the given messages, each with its parent. */
function storeOf(parents: Record<string, string | null>) {
  const initial = { conversations: { conversations: [], nextCursor: null }, settings: defaultSettings, models: null }
  const store = createConversationStore(initial, new TestEnvironment(''))
  const messages = Object.entries(parents).map(
    ([id, parentId]): Message => ({ id, parentId, role: 'user', parts: [], createdAt: 0, generation: null }),
  )
  store.setState({
    conversations: { c: { ...emptyEntry('c', 'ready'), messageIds: messages.map(({ id }) => id) } },
    messages: Object.fromEntries(messages.map((message) => [message.id, message])),
  })
  return store
}

describe('the shown branch', () => {
  const tree = { a: null, b: 'a', c: 'a', d: 'b', e: 'c', f: null }

  test('follows the newest at each fork', () => {
    expect(visiblePath(storeOf(tree).getState(), 'c')).toEqual(['f'])
    expect(visiblePath(storeOf({ ...tree, f: 'e' }).getState(), 'c')).toEqual(['a', 'c', 'e', 'f'])
  })

  test('is the one with the newest message, even if another began later', () => {
    const written = { ...tree, g: 'd' }
    expect(visiblePath(storeOf(written).getState(), 'c')).toEqual(['a', 'b', 'd', 'g'])
  })

  test('follows a choice, and ignores one that does not exist', () => {
    const store = storeOf(tree)
    const { choose } = store.getState()
    choose('c', null, 'a')
    expect(visiblePath(store.getState(), 'c')).toEqual(['a', 'c', 'e'])
    choose('c', 'a', 'b')
    expect(visiblePath(store.getState(), 'c')).toEqual(['a', 'b', 'd'])
    choose('c', 'a', 'gone')
    expect(visiblePath(store.getState(), 'c')).toEqual(['a', 'c', 'e'])
  })

  test('is the same empty array for a conversation that is not loaded', () => {
    const state = storeOf({}).getState()
    expect(visiblePath(state, 'nowhere')).toEqual([])
    expect(visiblePath(state, 'nowhere')).toBe(visiblePath(state, 'elsewhere'))
  })

  test('is the same array while the rest of the entry changes', () => {
    const store = storeOf(tree)
    const path = visiblePath(store.getState(), 'c')
    store.setState(({ conversations }) => ({
      conversations: { c: { ...emptyEntry('c', 'ready'), ...conversations.c } },
    }))
    expect(visiblePath(store.getState(), 'c')).toBe(path)
  })

  test('goes from a root to a leaf in any tree', () => {
    const parents = fc.array(fc.nat(), { maxLength: 30 })
    fc.assert(
      fc.property(parents, (picks) => {
        const given = picks.map((pick, index): [string, string | null] => {
          const parent = pick % (index + 1)
          return [`m${index}`, parent === index ? null : `m${parent}`]
        })
        const tree = Object.fromEntries(given)
        const path = visiblePath(storeOf(tree).getState(), 'c')
        expect(path.map((id) => tree[id])).toEqual([null, ...path].slice(0, path.length))
        const leaf = path.at(-1)
        expect(given.every(([, parentId]) => leaf === undefined || parentId !== leaf)).toBe(true)
      }),
    )
  })
})

describe('while the earlier messages are not loaded', () => {
  // A tree without its `x` and `y`: two branches below one, one below the other.
  const end = { a: 'x', b: 'y', c: 'x', d: 'c', e: 'b', f: 'd' }

  test('the shown branch begins at the oldest loaded ancestor of the newest message, and follows choices there', () => {
    const store = storeOf(end)
    expect(visiblePath(store.getState(), 'c')).toEqual(['c', 'd', 'f'])
    store.getState().choose('c', 'x', 'a')
    expect(visiblePath(store.getState(), 'c')).toEqual(['a'])
  })

  test('messages with different parents are not branches of each other', () => {
    const state = storeOf(end).getState()
    expect(branchesOf(state, 'a')).toEqual(['a', 'c'])
    expect(branchesOf(state, 'b')).toEqual(['b'])
  })

  test('a message can be chosen only if the way to it is loaded', () => {
    const state = storeOf(end).getState()
    expect(choicesTo(state, 'c', 'a')).toEqual({ x: 'a' })
    expect(choicesTo(state, 'c', 'd')).toEqual({ x: 'c', c: 'd' })
    for (const id of ['e', 'x', 'nowhere', '']) expect(choicesTo(state, 'c', id)).toBeNull()
    const whole = storeOf({ x: null, y: null, ...end }).getState()
    expect(choicesTo(whole, 'c', 'nowhere')).toBeNull()
    expect(choicesTo(whole, 'c', 'e')).toEqual({ '': 'y', y: 'b', b: 'e' })
  })

  test('a turn without its prompt keeps its key when the prompt is loaded', () => {
    const before = storeOf({ reply: 'prompt' }).getState()
    const after = storeOf({ prompt: null, reply: 'prompt' }).getState()
    for (const state of [before, after]) {
      const reply = state.messages.reply
      if (reply) state.messages.reply = { ...reply, role: 'assistant' }
    }
    const keys = (state: typeof before) => turnsOf(state, visiblePath(state, 'c')).map(({ key }) => key)
    expect(keys(before)).toEqual(['prompt'])
    expect(keys(after)).toEqual(['prompt'])
  })
})

describe('branches', () => {
  test('are the siblings of a message, oldest first', () => {
    const state = storeOf({ a: null, b: 'a', c: 'a', d: null }).getState()
    expect(branchesOf(state, 'c')).toEqual(['b', 'c'])
    expect(branchesOf(state, 'a')).toEqual(['a', 'd'])
    expect(branchesOf(state, 'nowhere')).toEqual([])
    expect(branchesOf(state, 'c')).toBe(branchesOf(state, 'b'))
    expect(conversationOf(state, 'd')?.id).toBe('c')
  })
})
