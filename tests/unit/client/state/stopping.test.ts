import { describe, expect, test } from 'vitest'
import { type ConversationState, newConversationId } from '@/lib/client/state/types'
import { openStore, statusOf, textIn, until } from '../open-store'
import { says } from '../responses'

const newEntry = (state: ConversationState) => state.conversations[newConversationId]

describe('stop', () => {
  test('ends the generation on the server and keeps the text', async () => {
    const { server, store, get } = await openStore((server) => {
      server.script = says('The Rhine')
    })
    await get().send({ conversationId: null, text: 'Rivers', model: 'demo' })
    const { start } = server.onlyLog
    await until(() => textIn(store, start.messageId) === 'The Rhine')
    const stopping = get().stop(start.conversationId)
    expect(get().running[start.generationId]?.stopping).toBe(true)
    await stopping
    await until(() => statusOf(store, start.messageId) === 'stopped')
    expect(textIn(store, start.messageId)).toBe('The Rhine')
    expect(get().notices).toEqual([])
  })

  test('shows a failure, and can be tried again', async () => {
    const { server, store, get } = await openStore((server) => server.fault('POST', /stop/, 'reset'))
    await get().send({ conversationId: null, text: 'Rivers', model: 'demo' })
    const { start } = server.onlyLog
    await until(() => get().running[start.generationId])
    await get().stop(start.conversationId)
    expect(get().running[start.generationId]?.stopping).toBe(false)
    const [notice] = get().notices
    expect(notice).toMatchObject({ tone: 'danger', action: { label: 'Try again' } })
    expect(notice?.text).toContain('Can’t reach Rill’s server')
    notice?.action?.run()
    await until(() => statusOf(store, start.messageId) === 'stopped')
    expect(get().notices).toEqual([])
  })

  test('while sending, stops the generation as soon as it is known', async () => {
    let answer = () => {}
    const { server, store, get } = await openStore((server) =>
      server.fault('POST', /chat/, (response) => {
        answer = () => server.chat(server.received.at(-1)?.body ?? {}).follow(response, 0)
      }),
    )
    const sent = get().send({ conversationId: null, text: 'Rivers', model: 'demo' })
    await until(() => server.count('POST', /chat/) === 1)
    await get().stop(newConversationId)
    expect(newEntry(get())?.pending?.stopping).toBe(true)
    answer()
    await sent
    await until(() => server.count('POST', /stop/) === 1)
    await until(() => statusOf(store, server.onlyLog.start.messageId) === 'stopped')
    expect(server.count('POST', /stop/)).toBe(1)
  })

  test('while sending without a response, closes the request and returns the text', async () => {
    const { server, environment, get } = await openStore((server) => server.fault('POST', /chat/, 'silence', 9))
    const sent = get().send({ conversationId: null, text: 'Rivers', model: 'demo' })
    await until(() => server.count('POST', /chat/) === 1)
    await get().stop(newConversationId)
    environment.advance(1_000)
    await sent
    expect(newEntry(get())?.pending).toBeNull()
    expect(get().drafts[newConversationId]).toBe('Rivers')
    // It may have reached the server, so the page refreshes.
    await until(() => server.count('GET', /conversations/) === 1)
    expect(server.count('POST', /chat/)).toBe(1)
  })

  test('between two attempts of a send, prevents the next one', async () => {
    const { server, environment, get } = await openStore((server) => server.fault('POST', /chat/, 'reset', 9))
    environment.setChance(1)
    const sent = get().send({ conversationId: null, text: 'Rivers', model: 'demo' })
    await until(() => environment.waits.includes(250))
    await get().stop(newConversationId)
    environment.advance(250)
    await sent
    expect(server.count('POST', /chat/)).toBe(1)
    expect(get().drafts[newConversationId]).toBe('Rivers')
  })
})
