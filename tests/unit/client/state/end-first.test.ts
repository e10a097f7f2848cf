import { describe, expect, test } from 'vitest'
import { withEarlier } from '@/lib/client/state/merge'
import { branchesOf, messageOf, visiblePath } from '@/lib/client/state/selectors'
import type { Log } from '../log'
import { openStore, statusOf, textIn, until } from '../open-store'
import { json, refuse } from '../responses'
import type { TestServer } from '../server'

/** More messages than are loaded first. */
const turns = 40
const first = 60
const all = /conversations\/[^?]+$/

/** A conversation of many turns. The last one may still be running. */
function longOne(server: TestServer, { running = false } = {}) {
  const { id } = server.conversation('Long')
  const oldest = server.turn(id, 'Prompt 0')
  let last = oldest
  for (let place = 1; place < turns; place++) {
    answer(last)
    last = server.turn(id, `Prompt ${place}`, last.start.messageId)
  }
  if (!running) answer(last)
  return { id, oldest, last }
}

function answer(log: Log): void {
  log.say('An answer.')
  log.end()
}

/** Holds the next response with all of a conversation: as it was at the request, or as it is when it is sent. */
function holdAll(server: TestServer, id: string) {
  let give: ((old: boolean) => void) | undefined
  server.fault('GET', all, (response) => {
    const outdated = server.whole(id)
    give = (old) => json(response, 200, old ? outdated : server.whole(id))
  })
  return {
    requested: () => until(() => give),
    letGo: (how: 'as asked' | 'as it is now' = 'as asked') => give?.(how === 'as asked'),
  }
}

/** A store that shows the end of a long conversation while the rest is held. */
async function withRestHeld(how: { running?: boolean } = {}) {
  const opened = await openStore()
  const long = longOne(opened.server, how)
  const rest = holdAll(opened.server, long.id)
  await opened.get().loadConversation(long.id)
  await rest.requested()
  return { ...opened, ...long, rest, entry: () => opened.get().conversations[long.id] }
}

describe('a long conversation', () => {
  test('shows its newest messages first, and the earlier ones once they are loaded', async () => {
    const { server, get, id, oldest, last, rest, entry } = await withRestHeld()
    expect(entry()).toMatchObject({ state: 'ready', earlier: 'loading', messageIds: { length: first } })
    const shown = visiblePath(get(), id)
    expect(shown).toHaveLength(first)
    expect(shown.at(-1)).toBe(last.start.messageId)
    const before = get().messages
    rest.letGo()
    await until(() => entry()?.earlier === 'here')
    const path = visiblePath(get(), id)
    expect(path).toHaveLength(2 * turns)
    expect(path[0]).toBe(oldest.start.userMessageId)
    expect(path.slice(-first)).toEqual(shown)
    for (const message of Object.values(before)) expect(messageOf(get(), message.id)).toBe(message)
    await get().loadConversation(id)
    expect(server.count('GET', /conversations\/conv/)).toBe(2)
  })

  test('takes one request when it is short', async () => {
    const { server, get } = await openStore()
    const { id } = server.conversation('Short')
    server.turn(id, 'one').end()
    await get().loadConversation(id)
    expect(get().conversations[id]).toMatchObject({ earlier: 'here', messageIds: { length: 2 } })
    await get().loadModels()
    expect(server.count('GET', /conversations\/conv/)).toBe(1)
  })

  test('accepts a turn while the rest is loading, and shows both', async () => {
    const { server, store, get, id, oldest, last, rest, entry } = await withRestHeld()
    await get().send({ conversationId: id, text: 'One more', model: 'demo' })
    await until(() => entry()?.messageIds.length === first + 2)
    const turn = [...server.turns.values()].at(-1)
    turn?.say('Of course.')
    await until(() => textIn(store, turn?.start.messageId ?? '') === 'Of course.')
    expect(server.received.at(-1)?.body).toMatchObject({ parentId: last.start.messageId })
    rest.letGo()
    await until(() => entry()?.earlier === 'here')
    turn?.say(' Here it is.')
    turn?.end()
    await until(() => statusOf(store, turn?.start.messageId ?? '') === 'completed')
    const path = visiblePath(get(), id)
    expect(path).toHaveLength(2 * turns + 2)
    expect(path[0]).toBe(oldest.start.userMessageId)
    expect(path.slice(-2)).toEqual([turn?.start.userMessageId, turn?.start.messageId])
    expect(textIn(store, turn?.start.messageId ?? '')).toBe('Of course. Here it is.')
  })

  test.each(['regenerate', 'continueReply'] as const)(
    'whose last prompt is not here yet gets it once, though its reply was asked for again (%s) meanwhile',
    async (verb) => {
      const opened = await openStore()
      const { server, store, get } = opened
      const { id, last } = longOne(server)
      // More replies to the last prompt than are loaded first.
      for (let place = 0; place < first + 10; place++) answer(server.again('regenerate', last))
      const rest = holdAll(server, id)
      await get().loadConversation(id)
      await rest.requested()
      const [shown = ''] = visiblePath(get(), id)
      await get()[verb](shown)
      const newest = [...server.logs.values()].at(-1)
      const reply = newest?.start.messageId ?? ''
      await until(() => statusOf(store, reply) === 'running')
      expect(messageOf(get(), last.start.userMessageId)).toBeUndefined()
      expect(visiblePath(get(), id)).toEqual([reply])
      const { messageIds = [] } = get().conversations[id] ?? {}
      expect(messageIds.filter((each) => !messageOf(get(), each))).toEqual([])
      rest.letGo()
      await until(() => get().conversations[id]?.earlier === 'here')
      newest?.end()
      await until(() => statusOf(store, reply) === 'completed')
      const path = visiblePath(get(), id)
      expect(path).toHaveLength(2 * turns)
      expect(path.slice(-2)).toEqual([last.start.userMessageId, reply])
      const ids = get().conversations[id]?.messageIds ?? []
      expect(ids).toEqual([...new Set(ids)])
      expect(branchesOf(get(), last.start.userMessageId)).toEqual([last.start.userMessageId])
      expect(branchesOf(get(), reply)).toHaveLength(verb === 'regenerate' ? first + 12 : first + 11)
    },
  )

  test('adds no message twice, and none from a response that does not reach its messages', async () => {
    const { server, get, id, oldest, entry } = await withRestHeld()
    const whole = server.whole(id)
    const here = entry()
    if (!whole || !here) throw new Error('The conversation is lost.')
    const { userMessageId } = oldest.start
    const messageIds = [...here.messageIds, userMessageId]
    const state = { ...get(), conversations: { [id]: { ...here, messageIds } } }
    const ids = withEarlier(state, whole).conversations?.[id]?.messageIds
    expect(ids).toHaveLength(2 * turns)
    expect(ids?.filter((each) => each === userMessageId)).toHaveLength(1)
    expect(withEarlier(state, { ...whole, messages: whole.messages.slice(0, -first) })).toEqual({})
  })

  test('adds no turn from the rest that was sent here and has not started yet', async () => {
    const { server, store, get, id, rest, entry } = await withRestHeld()
    let start = () => {}
    server.fault('POST', /chat/, (response) => {
      const log = server.chat(server.received.at(-1)?.body ?? {})
      start = () => log.follow(response, 0)
    })
    const sending = get().send({ conversationId: id, text: 'One more', model: 'demo' })
    await until(() => server.turns.size === 1)
    rest.letGo('as it is now')
    await until(() => entry()?.earlier === 'here')
    expect(entry()?.messageIds).toHaveLength(2 * turns)
    start()
    await sending
    const [turn] = server.turns.values()
    turn?.say('Of course.')
    turn?.end()
    await until(() => statusOf(store, turn?.start.messageId ?? '') === 'completed')
    expect(visiblePath(get(), id)).toHaveLength(2 * turns + 2)
    expect(textIn(store, turn?.start.messageId ?? '')).toBe('Of course.')
  })

  test('stays stopped when it was stopped while the rest was loading', async () => {
    const { store, get, id, last, rest, entry } = await withRestHeld({ running: true })
    last.say('So far')
    await until(() => textIn(store, last.start.messageId) === 'So far')
    await get().stop(id)
    await until(() => statusOf(store, last.start.messageId) === 'stopped')
    rest.letGo()
    await until(() => entry()?.earlier === 'here')
    expect(statusOf(store, last.start.messageId)).toBe('stopped')
    expect(textIn(store, last.start.messageId)).toBe('So far')
    expect(get().running).toEqual({})
  })

  test('shows a reply that is continued while the rest is loading', async () => {
    const { server, store, get, id, last, rest, entry } = await withRestHeld()
    await get().continueReply(last.start.messageId)
    await until(() => statusOf(store, last.start.messageId) === 'running')
    rest.letGo()
    await until(() => entry()?.earlier === 'here')
    const newest = [...server.logs.values()].at(-1)
    newest?.say(' And more.')
    newest?.end()
    await until(() => statusOf(store, last.start.messageId) === 'completed')
    expect(textIn(store, last.start.messageId)).toBe('An answer. And more.')
    expect(visiblePath(get(), id)).toHaveLength(2 * turns)
  })

  test('deleted while the rest is loading, comes back only by Undo, and whole', async () => {
    const { get, id, rest, entry } = await withRestHeld()
    await get().remove(id)
    rest.letGo()
    await get().loadModels()
    expect(entry()?.state).toBe('missing')
    expect(get().summaries).toEqual([])
    get().notices[0]?.action?.run()
    await until(() => entry()?.earlier === 'here')
    expect(entry()).toMatchObject({ state: 'ready', messageIds: { length: 2 * turns } })
  })

  test('stays usable when the rest cannot be loaded, says so, and tries again', async () => {
    const { server, environment, get } = await openStore()
    const { id, last } = longOne(server)
    const entry = () => get().conversations[id]
    server.fault('GET', all, (response) => refuse(response, 503, 'upstream', 'The disk is slow.'), 2)
    await get().loadConversation(id)
    await until(() => entry()?.earlier === 'failed')
    expect(entry()).toMatchObject({ state: 'ready', problem: { message: 'The disk is slow.' } })
    expect(visiblePath(get(), id).at(-1)).toBe(last.start.messageId)
    const again = get().loadConversation(id)
    expect(entry()).toMatchObject({ earlier: 'loading', problem: null })
    await again
    expect(entry()?.earlier).toBe('failed')
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => entry()?.earlier === 'here')
    expect(entry()).toMatchObject({ problem: null, messageIds: { length: 2 * turns } })
  })

  test('loads the rest when it is shown again after it was left early', async () => {
    const { server, get } = await openStore()
    const { id } = longOne(server)
    const loading = get().loadConversation(id)
    await get().loadConversation('new')
    await loading
    await get().loadModels()
    expect(server.count('GET', all)).toBe(0)
    expect(get().conversations[id]).toMatchObject({ state: 'ready', earlier: 'loading' })
    await get().loadConversation(id)
    expect(get().conversations[id]).toMatchObject({ earlier: 'here', messageIds: { length: 2 * turns } })
  })

  test('is live while an earlier message is running, which is followed once it is loaded', async () => {
    const opened = await openStore()
    const { server, store, get } = opened
    const { id, oldest } = longOne(server)
    const aside = server.again('regenerate', oldest)
    // The other reply is at the end of the list, so more messages than are loaded first have to follow it.
    let last = oldest
    for (let place = 0; place < turns; place++) {
      last = server.turn(id, `Later ${place}`, last.start.messageId)
      answer(last)
    }
    const rest = holdAll(server, id)
    await get().loadConversation(id)
    await rest.requested()
    const { generationId, messageId } = aside.start
    expect(messageOf(get(), messageId)).toBeUndefined()
    expect(get().summaries[0]?.running).toEqual([generationId])
    rest.letGo()
    await until(() => get().running[generationId]?.reader === 'open')
    aside.say('Otherwise.')
    aside.end()
    await until(() => statusOf(store, messageId) === 'completed')
    expect(textIn(store, messageId)).toBe('Otherwise.')
    expect(get().summaries[0]?.running).toEqual([])
  })
})
