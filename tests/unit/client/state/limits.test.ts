import { describe, expect, test } from 'vitest'
import { newConversationId } from '@/lib/client/state/types'
import { openStore, openTab, until } from '../open-store'
import { json, refuse } from '../responses'
import type { TestServer } from '../server'
import { TestEnvironment } from '../test-environment'

const sends = (server: TestServer) => server.received.filter(({ path }) => path === '/api/chat').map(({ body }) => body)

describe('a turn with a length limit', () => {
  const turn = { conversationId: null, text: 'Tell me of rivers', model: 'demo' }

  test('is sent with its limit', async () => {
    const { server, get } = await openStore()
    await get().send({ ...turn, maxTokens: 800 })
    expect(sends(server)).toMatchObject([{ text: turn.text, settings: { maxTokens: 800 } }])
  })

  test('is another turn than the refused one, and the text returns with the refusal', async () => {
    const { server, get } = await openStore()
    server.fault('POST', /chat/, (response) => refuse(response, 402, 'budget', 'Today’s budget is $1.'))
    await get().send(turn)
    expect(get().drafts[newConversationId]).toBe(turn.text)
    expect(get().conversations[newConversationId]?.pending?.problem).toMatchObject({ kind: 'budget' })
    await get().send({ ...turn, maxTokens: 800 })
    const [first, second] = sends(server)
    expect(first).not.toHaveProperty('settings')
    expect(second).toMatchObject({ settings: { maxTokens: 800 } })
    expect(second?.turnId).not.toBe(first?.turnId)
    await until(() => get().startedFromNew)
  })
})

test.each(['continue', 'regenerate'] as const)(
  'a reply to %s that fits only in part is offered shorter',
  async (verb) => {
    const { server, get } = await openStore((server) => {
      server.turn(server.conversation('Rivers').id, 'Are there rivers?').end('interrupted')
      server.fault('POST', new RegExp(verb), (response) => {
        const problem = { kind: 'budget', message: 'Today’s budget is $1.', retryable: false, lowerMaxTokens: 1234 }
        json(response, 402, { error: problem })
      })
    })
    const { conversationId, messageId } = server.onlyLog.start
    await get().loadConversation(conversationId)
    await (verb === 'continue' ? get().continueReply(messageId) : get().regenerate(messageId))
    const [notice] = get().notices
    expect(notice).toMatchObject({
      text: expect.stringContaining('budget is $1'),
      action: { label: `Limit to ${(1234).toLocaleString()} tokens` },
    })
    notice?.action?.run()
    await until(() => server.logs.size === 2)
    const [first, second] = server.received.filter(({ path }) => path.endsWith(verb)).map(({ body }) => body)
    expect(first).not.toHaveProperty('maxTokens')
    expect(second).toMatchObject({ maxTokens: 1234 })
  },
)

describe('the time zone', () => {
  const sentSettings = (server: TestServer) => server.received.filter(({ path }) => path === '/api/settings')

  test('is sent when the server does not know it', async () => {
    const { server } = await openStore()
    const environment = new TestEnvironment(server.origin)
    environment.zone = 'Asia/Kolkata'
    const { get } = openTab(server, environment)
    await until(() => get().settings.timeZone === 'Asia/Kolkata')
    expect(sentSettings(server)).toMatchObject([{ method: 'PATCH', body: { timeZone: 'Asia/Kolkata' } }])
  })

  test('is not sent when it is the default, and a failure is not shown', async () => {
    const { server, get } = await openStore((prepared) => prepared.fault('PATCH', /settings/, 'reset'))
    expect(sentSettings(server)).toEqual([])
    const environment = new TestEnvironment(server.origin)
    environment.zone = 'Asia/Kolkata'
    const tab = openTab(server, environment)
    await until(() => sentSettings(server).length === 1)
    await get().loadModels()
    expect(tab.get().notices).toEqual([])
    expect(tab.get().settings.timeZone).toBe('UTC')
  })
})
