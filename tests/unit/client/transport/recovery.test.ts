import { describe, expect, test } from 'vitest'
import { messageOf } from '@/lib/client/state/selectors'
import { openStore, runningConversation, statusOf, textIn, until } from '../open-store'

const sse = { 'Content-Type': 'text/event-stream' }

describe('a stream that fails', () => {
  test('shows that it reconnects while the server is down, and continues when it is back', async () => {
    const { server, environment, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    log.say('The Rhine ')
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    environment.setChance(1)
    const { port } = server.address
    await server.close()
    await until(() => get().running[log.start.generationId]?.reader === 'reconnecting')
    environment.setOnline(false)
    expect(get().online).toBe(false)
    log.say('flows.')
    await server.listen(port)
    environment.setOnline(true)
    await until(() => textIn(store, log.start.messageId) === 'The Rhine flows.')
    expect(get()).toMatchObject({ online: true, running: { [log.start.generationId]: { reader: 'open' } } })
  })

  test('loads the conversation when the log is gone', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    log.say('The Rhine ')
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    server.fault('GET', /events/, (response) => response.writeHead(404).end())
    log.cut()
    log.connections.clear()
    log.say('flows.')
    log.end('stopped')
    await until(() => statusOf(store, log.start.messageId) === 'stopped')
    expect(textIn(store, log.start.messageId)).toBe('The Rhine flows.')
    expect(get().running).toEqual({})
  })

  test('does not request a log again that is gone, even if its conversation still runs', async () => {
    const { server, environment, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    server.fault('GET', /events/, (response) => response.writeHead(404).end(), 9)
    await get().loadConversation(id)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 2)
    await get().loadModels()
    expect(server.count('GET', /events/)).toBe(1)
    // The poll finds its end.
    log.end()
    environment.advance(5_000)
    await until(() => statusOf(store, log.start.messageId) === 'completed')
  })

  test('continues from the loaded conversation when that has less than was shown', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    log.say('The ', 'Rhine ', 'flows ')
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    // After a crash, a little less is saved, and another instance continues from there.
    server.fault('GET', /events/, (response) => void response.writeHead(200, sse).end(), 4)
    log.cut()
    log.connections.clear()
    log.events.length = 3
    await until(() => log.connections.size === 1)
    log.say('runs ', 'down ', 'north.')
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(textIn(store, log.start.messageId)).toBe('The Rhine runs down north.')
  })

  test('is not set back by a response that was slower than the stream', async () => {
    let answer = () => {}
    const { server, environment, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    await until(() => get().running[log.start.generationId]?.reader === 'open')
    server.fault('GET', new RegExp(`conversations/${id}`), (response) => {
      const old = JSON.stringify(server.whole(id))
      answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(old)
    })
    server.summaries.set(id, { ...server.conversation('Other'), id })
    environment.setHidden(false)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 2)
    log.say('The Rhine ')
    await until(() => textIn(store, log.start.messageId) === 'The Rhine ')
    const grown = messageOf(get(), log.start.messageId)
    answer()
    await until(() => get().summaries.some(({ title }) => title === 'Other'))
    await get().loadModels()
    expect(messageOf(get(), log.start.messageId)).toBe(grown)
    log.say('flows.')
    await until(() => textIn(store, log.start.messageId) === 'The Rhine flows.')
  })

  test('loads the conversation when connections open but bring no events', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    log.say('The Rhine ')
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    server.fault('GET', /events/, (response) => void response.writeHead(200, sse).end(':\n\n'), 4)
    log.cut()
    log.connections.clear()
    log.end('stopped')
    await until(() => statusOf(store, log.start.messageId) === 'stopped')
    expect(server.count('GET', new RegExp(`conversations/${id}`))).toBe(2)
  })
})
