import { describe, expect, onTestFinished, test } from 'vitest'
import { messageOf, visiblePath } from '@/lib/client/state/selectors'
import { cut, interrupted, openInterruptedReply } from '../interrupted-reply'
import { openStore, openTab, runningConversation, statusOf, textIn, until } from '../open-store'
import { json, refuse } from '../responses'

const source = 'reported' as const

describe('a reply that is continued', () => {
  test('runs in its own message, keeps its text and grows', async () => {
    const { server, store, get, id, messageId, newest, types } = await openInterruptedReply()
    const path = visiblePath(get(), id)
    const ids = get().conversations[id]?.messageIds
    const continued = get().continueReply(messageId)
    expect(get().conversations[id]?.pending?.request).toMatchObject({ kind: 'continue', replyId: messageId })
    expect(textIn(store, messageId)).toBe('Yes, ')
    await continued
    await until(() => statusOf(store, messageId) === 'running')
    expect(server.received.at(-1)).toMatchObject({
      path: `/api/generations/generation-2/continue`,
      body: { model: 'demo' },
    })
    const { generationId } = newest().start
    expect(messageOf(get(), messageId)?.generation).toMatchObject({ id: generationId, retry: null, finishReason: null })
    expect(get().running[generationId]).toMatchObject({ messageId, conversationId: id })
    expect(get().conversations[id]?.pending).toBeNull()
    expect(types()).toEqual(['text'])

    newest().say('there ', 'are.')
    newest().end()
    await until(() => statusOf(store, messageId) === 'completed')
    expect(textIn(store, messageId)).toBe('Yes, there are.')
    expect(get().running).toEqual({})
    expect(visiblePath(get(), id)).toBe(path)
    expect(get().conversations[id]?.messageIds).toBe(ids)
  })

  test('shows its current text, and keeps it when the conversation is loaded again', async () => {
    const { server, store, environment, get, id, messageId, newest } = await openInterruptedReply()
    await get().continueReply(messageId)
    const log = newest()
    log.say('there ')
    await until(() => textIn(store, messageId) === 'Yes, there ')
    const seen: string[] = []
    onTestFinished(store.subscribe(() => seen.push(textIn(store, messageId))))
    log.say('are.')
    log.append(interrupted)
    await until(() => statusOf(store, messageId) === 'interrupted')
    server.turn(id, 'And lakes?', messageId).end()
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => get().conversations[id]?.messageIds.length === 4)
    expect(textIn(store, messageId)).toBe('Yes, there are.')
    // It continues elsewhere without this page: the fetched text replaces what had arrived here.
    const later = server.again('continue', log)
    later.say(' Many.')
    later.end()
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => textIn(store, messageId) === 'Yes, there are. Many.')
    expect(seen).toEqual(seen.toSorted((one, other) => one.length - other.length))
  })

  test('keeps the usage of earlier generations', async () => {
    const { store, get, messageId, newest } = await openInterruptedReply()
    const used = (completionTokens: number) => {
      const data = { promptTokens: 9, completionTokens, cachedTokens: 0, reasoningTokens: 0, source, cost: null }
      newest().append({ type: 'usage', data })
    }
    const tokens = () => {
      const { earlier = [], usage } = messageOf(get(), messageId)?.generation ?? {}
      return [...earlier, usage].map((each) => each?.completionTokens)
    }
    for (const completionTokens of [1, 2, 3]) {
      await get().continueReply(messageId)
      used(completionTokens)
      newest().append(interrupted)
      await until(() => statusOf(store, messageId) === 'interrupted')
      await until(() => tokens().at(-1) === completionTokens)
    }
    expect(tokens()).toEqual([1, 2, 3])
  })

  test('continues from its own cursor when its connection is cut', async () => {
    const { store, get, messageId, newest } = await openInterruptedReply()
    await get().continueReply(messageId)
    newest().say('there ')
    await until(() => textIn(store, messageId) === 'Yes, there ')
    newest().cut()
    newest().say('are.')
    newest().end()
    await until(() => statusOf(store, messageId) === 'completed')
    expect(textIn(store, messageId)).toBe('Yes, there are.')
    expect(newest().cursors).toEqual([0, 2])
  })

  test('begins with the text that the server saved, when a crash left less than the page had shown', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    const { messageId } = log.start
    log.append({ type: 'reasoning', data: { text: 'They ask ' } }, { type: 'reasoning', data: { text: 'of rivers.' } })
    log.say('The ', 'Rhine ', 'flows ')
    await get().loadConversation(id)
    await until(() => textIn(store, messageId) === 'The Rhine flows ')
    await until(() => log.connections.size === 1)
    // The process is killed. The next one has three events fewer, and sends the end behind the page's cursor.
    log.cut()
    log.connections.clear()
    log.events.length = 4
    log.append(interrupted)
    await until(() => statusOf(store, messageId) === 'interrupted')
    expect(textIn(store, messageId)).toBe('The Rhine flows ')

    await get().continueReply(messageId)
    const next = [...server.logs.values()].at(-1)
    next?.say('Rhine ', 'runs north.')
    next?.end()
    await until(() => statusOf(store, messageId) === 'completed')
    expect(messageOf(get(), messageId)?.parts).toEqual([
      { type: 'reasoning', text: 'They ask of rivers.' },
      { type: 'text', text: 'The Rhine runs north.' },
    ])
    expect(messageOf(get(), messageId)?.parts).toEqual(server.messages(id).at(-1)?.parts)
  })

  test('in another tab runs and ends in this one too', async () => {
    const { server, store, environment, get, messageId, id, newest } = await openInterruptedReply()
    const other = openTab(server)
    await other.get().loadConversation(id)
    await other.get().continueReply(messageId)
    newest().say('there ')
    await get().loadConversation(id)
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => textIn(store, messageId) === 'Yes, there ')
    expect(statusOf(store, messageId)).toBe('running')
    newest().say('are.')
    newest().end()
    await until(() => statusOf(store, messageId) === 'completed')
    expect(textIn(store, messageId)).toBe('Yes, there are.')
  })

  test('is not overwritten by a response that was on its way when it started', async () => {
    const { server, store, get, id, messageId, newest } = await openInterruptedReply()
    let answer = () => {}
    const stale = server.whole(id)
    server.fault('GET', /conversations\//, (response) => {
      answer = () => json(response, 200, stale)
    })
    server.conversation('Other')
    const touched = server.summaries.get(id)
    if (touched) server.summaries.set(id, { ...touched, updatedAt: 5_000 })
    const { conversations } = get()
    expect(conversations[id]?.state).toBe('ready')
    store.setState(({ summaries }) => ({ summaries: summaries.map((each) => ({ ...each, updatedAt: 5_000 })) }))
    const loading = get().loadConversation(id)
    await until(() => server.count('GET', /conversations\//) === 2)
    await get().continueReply(messageId)
    newest().say('there ')
    await until(() => textIn(store, messageId) === 'Yes, there ')
    newest().end()
    await until(() => statusOf(store, messageId) === 'completed')
    answer()
    await loading
    expect(textIn(store, messageId)).toBe('Yes, there ')
    expect(statusOf(store, messageId)).toBe('completed')
  })

  test('is stopped on the server when it was stopped before the response', async () => {
    const { server, store, get, id, messageId, newest } = await openInterruptedReply()
    const continued = get().continueReply(messageId)
    await get().stop(id)
    await continued
    await until(() => statusOf(store, messageId) === 'stopped')
    expect(newest().ended).toBe(true)
    expect(server.count('POST', /stop/)).toBe(1)
  })

  test('shows why the server refused it, and stays as it was', async () => {
    const { server, store, get, id, messageId, types } = await openInterruptedReply()
    server.fault('POST', /continue/, (response) =>
      refuse(response, 409, 'bad_request', 'It has been continued already.'),
    )
    await get().continueReply(messageId)
    expect(get().conversations[id]?.pending).toBeNull()
    expect(get().notices[0]?.text).toContain('It has been continued already.')
    expect(statusOf(store, messageId)).toBe('interrupted')
    expect(types()).toEqual(['text', 'error'])
    get().notices[0]?.action?.run()
    await until(() => statusOf(store, messageId) === 'running')
  })

  test('continues with its own model, unless another is named', async () => {
    const { server, store, get, id, messageId, newest } = await openInterruptedReply()
    await get().setModel(id, 'chosen')
    await get().continueReply(messageId)
    await until(() => statusOf(store, messageId) === 'running')
    newest().append(cut, interrupted)
    await until(() => statusOf(store, messageId) === 'interrupted')
    await get().setModel(id, 'chosen')
    await get().regenerate(messageId)
    await until(() => get().conversations[id]?.pending === null)
    await get().continueReply(messageId, 'named')
    const models = server.received.filter(({ path }) => /continue|regenerate/.test(path)).map(({ body }) => body.model)
    expect(models).toEqual(['demo', 'chosen', 'named'])
  })

  test('is requested again as the same turn when the request is lost', async () => {
    const { server, store, get, messageId } = await openInterruptedReply()
    server.fault('POST', /continue/, 'reset')
    await get().continueReply(messageId)
    await until(() => statusOf(store, messageId) === 'running')
    const turns = server.received.filter(({ path }) => path.endsWith('/continue')).map(({ body }) => body.turnId)
    expect(turns).toHaveLength(2)
    expect(new Set(turns).size).toBe(1)
  })
})
