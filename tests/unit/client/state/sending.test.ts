import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { messageOf } from '@/lib/client/state/selectors'
import { type ConversationState, newConversationId } from '@/lib/client/state/types'
import { openStore, openTab, statusOf, textIn, until } from '../open-store'
import { done, refuse, says } from '../responses'
import { TestEnvironment } from '../test-environment'

const newEntry = (state: ConversationState) => state.conversations[newConversationId]

describe('sending', () => {
  test('starts a conversation, and the reply grows in it', async () => {
    const { server, store, get } = await openStore()
    get().setDraft(newConversationId, 'Tell me of rivers')
    const sent = get().send({ conversationId: null, text: 'Tell me of rivers', model: 'demo' })
    expect(newEntry(get())?.pending).toMatchObject({
      request: { kind: 'answer', parentId: null, text: 'Tell me of rivers' },
      stopping: false,
      problem: null,
    })
    expect(get().drafts[newConversationId]).toBe('')
    await sent
    const { start } = server.onlyLog
    await until(() => get().startedFromNew)
    expect(get().startedFromNew).toBe(start.conversationId)
    await get().loadConversation(start.conversationId)
    expect(get().startedFromNew).toBeNull()
    expect(get().shown).toBe(start.conversationId)
    expect(newEntry(get())).toMatchObject({ state: 'new', pending: null, messageIds: [] })
    expect(get().conversations[start.conversationId]).toMatchObject({
      state: 'ready',
      pending: null,
      messageIds: [start.userMessageId, start.messageId],
    })
    expect(get().summaries[0]).toMatchObject({
      id: start.conversationId,
      title: 'Tell me of rivers',
      model: 'demo',
      running: [start.generationId],
    })
    expect(textIn(store, start.userMessageId)).toBe('Tell me of rivers')
    expect(messageOf(get(), start.messageId)).toMatchObject({ parentId: start.userMessageId, role: 'assistant' })

    server.onlyLog.say('The Rhine ')
    await until(() => textIn(store, start.messageId) === 'The Rhine ')
    expect(get().running[start.generationId]?.reader).toBe('open')
    server.onlyLog.say('flows.')
    server.onlyLog.end()
    await until(() => statusOf(store, start.messageId) === 'completed')
    expect(textIn(store, start.messageId)).toBe('The Rhine flows.')
    expect(get().running).toEqual({})
    expect(get().summaries[0]?.running).toEqual([])
    expect(messageOf(get(), start.messageId)?.generation).toMatchObject({ cursor: 4, endedAt: expect.any(Number) })
  })

  test('continues the shown branch of a conversation', async () => {
    const { server, store, get } = await openStore((server) => {
      server.script = [...says('Yes.'), done]
      server.turn(server.conversation('Rivers').id, 'Are there rivers?')
    })
    const id = server.onlyLog.start.conversationId
    await get().loadConversation(id)
    await get().send({ conversationId: id, text: 'Which?', model: 'demo' })
    await until(() => Object.keys(get().messages).length === 4)
    expect(server.received.at(-1)?.body).toMatchObject({
      conversationId: id,
      parentId: server.onlyLog.start.messageId,
      text: 'Which?',
    })
    const reply = [...server.logs.values()].at(-1)?.start.messageId ?? ''
    await until(() => statusOf(store, reply) === 'completed')
    expect(textIn(store, reply)).toBe('Yes.')
  })

  test('moves the draft to the new conversation', async () => {
    const { server, environment, get } = await openStore()
    const sent = get().send({ conversationId: null, text: 'one', model: 'demo' })
    get().setDraft(newConversationId, 'two')
    await sent
    await until(() => get().startedFromNew)
    const id = server.onlyLog.start.conversationId
    expect(get().drafts).toMatchObject({ [newConversationId]: '', [id]: 'two' })
    expect([...environment.stored].filter(([name]) => name.startsWith('rill.draft.'))).toEqual([
      [`rill.draft.${id}`, 'two'],
    ])
  })

  test('does not move the page after the person has left', async () => {
    const { server, get } = await openStore((server) => server.conversation('Elsewhere'))
    const sent = get().send({ conversationId: null, text: 'one', model: 'demo' })
    const elsewhere = get().summaries[0]?.id ?? ''
    await get().loadConversation(elsewhere)
    await sent
    await until(() => Object.keys(get().running).length === 1)
    expect(get()).toMatchObject({ shown: elsewhere, startedFromNew: null })
    expect(get().conversations[server.onlyLog.start.conversationId]?.state).toBe('ready')
  })
})

describe('a send that the network loses', () => {
  test('is retried as the same turn, and starts once', async () => {
    const { server, store, get } = await openStore((server) => {
      server.script = [...says('Here.'), done]
      // The first request never arrives, the response to the second is lost, and the third is cut within its start.
      server.fault('POST', /chat/, 'reset')
      server.nextCuts = [3, 40]
    })
    await get().send({ conversationId: null, text: 'Are you there?', model: 'demo' })
    const { start } = server.onlyLog
    await until(() => statusOf(store, start.messageId) === 'completed')
    expect(textIn(store, start.messageId)).toBe('Here.')
    expect(server.logs.size).toBe(1)
    const posts = server.received.filter(({ path }) => path === '/api/chat')
    expect(posts).toHaveLength(4)
    expect(new Set(posts.map(({ body }) => body.turnId)).size).toBe(1)
    expect(get().conversations[start.conversationId]?.messageIds).toHaveLength(2)
  })

  test('is followed, once started, for as long as that takes', async () => {
    const { server, store, get } = await openStore((server) => {
      server.script = says('Here ')
      server.fault('GET', /events/, 'reset', 7)
    })
    await get().send({ conversationId: null, text: 'Are you there?', model: 'demo' })
    const log = server.onlyLog
    await until(() => log.connections.size === 1)
    log.cut()
    log.say('I am.')
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(textIn(store, log.start.messageId)).toBe('Here I am.')
    expect(server.count('GET', /events/)).toBe(8)
    expect(get().conversations[log.start.conversationId]?.pending).toBeNull()
  })

  test('is there once when the sidebar finds it before the response', async () => {
    const { server, environment, store, get } = await openStore((server) => {
      server.script = says('Here ')
      // The turn starts on the server, and the response is lost.
      server.nextCuts = [3]
    })
    environment.setChance(1)
    const sent = get().send({ conversationId: null, text: 'Are you there?', model: 'demo' })
    await until(() => environment.waits.includes(250))
    const log = server.onlyLog
    await get().loadConversation(log.start.conversationId)
    await until(() => log.connections.size === 1)
    log.say('I ')
    environment.advance(250)
    await sent
    await until(() => log.connections.size === 2)
    log.say('am.')
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    await until(() => newEntry(get())?.pending === null)
    expect(textIn(store, log.start.messageId)).toBe('Here I am.')
    expect(get().conversations[log.start.conversationId]?.messageIds).toHaveLength(2)
    expect(get().running).toEqual({})
  })

  test('returns the text when the network stays down, and sends it later as the same turn', async () => {
    const { server, environment, get } = await openStore((server) => server.fault('POST', /chat/, 'reset', 5))
    get().setDraft(newConversationId, 'Are you there?')
    const sent = get().send({ conversationId: null, text: 'Are you there?', model: 'demo' })
    get().setDraft(newConversationId, 'And?')
    await sent
    expect(server.count('POST', /chat/)).toBe(5)
    expect(newEntry(get())?.pending).toMatchObject({
      request: { text: 'Are you there?' },
      problem: { kind: 'network' },
    })
    expect(get().drafts[newConversationId]).toBe('Are you there?\n\nAnd?')
    expect(environment.stored.get('rill.draft.new')).toBe('Are you there?\n\nAnd?')

    await get().send({ conversationId: null, text: 'Are you there?', model: 'demo' })
    await until(() => get().startedFromNew)
    expect(new Set(server.received.map(({ body }) => body.turnId)).size).toBe(1)
    expect(newEntry(get())?.pending).toBeNull()
  })

  test('keeps its text through a reload, until the server has accepted it', async () => {
    const { server, environment, get } = await openStore((server) => server.fault('POST', /chat/, 'silence'))
    get().setDraft(newConversationId, 'Precious')
    void get().send({ conversationId: null, text: 'Precious', model: 'demo' })
    get().setDraft(newConversationId, 'More')
    const reloaded = new TestEnvironment(server.origin)
    reloaded.stored = new Map(environment.stored)
    expect(openTab(server, reloaded).get().drafts[newConversationId]).toBe('Precious\n\nMore')
  })
})

describe('a send that an instance refuses because it is shutting down', () => {
  const closing = (response: ServerResponse) => refuse(response, 503, 'internal', 'The server is closing.')

  test('is retried on another one, as the same turn', async () => {
    const { server, store, get } = await openStore((server) => {
      server.script = [...says('Here.'), done]
      server.fault('POST', /chat/, closing, 3)
    })
    await get().send({ conversationId: null, text: 'Are you there?', model: 'demo' })
    const { start } = server.onlyLog
    await until(() => statusOf(store, start.messageId) === 'completed')
    expect(server.count('POST', /chat/)).toBe(4)
    expect(new Set(server.received.map(({ body }) => body.turnId)).size).toBe(1)
    expect(newEntry(get())?.pending).toBeNull()
  })

  test('returns the text with the refusal when there is no other', async () => {
    const { server, get } = await openStore((server) => server.fault('POST', /chat/, closing, 9))
    await get().send({ conversationId: null, text: 'Are you there?', model: 'demo' })
    expect(server.count('POST', /chat/)).toBe(5)
    expect(newEntry(get())?.pending?.problem).toMatchObject({ message: 'The server is closing.' })
    expect(get().drafts[newConversationId]).toBe('Are you there?')
  })
})
