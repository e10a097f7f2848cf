import { describe, expect, test } from 'vitest'
import { messageOf } from '@/lib/client/state/selectors'
import { openStore, runningConversation, statusOf, textIn, until } from './open-store'

const sse = { 'Content-Type': 'text/event-stream' }

describe('a stream that goes wrong', () => {
  test('says that it reconnects while the server is away, and goes on when it is back', async () => {
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

  test('takes what the conversation holds when the log is gone', async () => {
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

  test('does not ask again for a log that is gone, even if its conversation still runs', async () => {
    const { server, environment, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    server.fault('GET', /events/, (response) => response.writeHead(404).end(), 9)
    await get().loadConversation(id)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 2)
    await get().loadModels()
    expect(server.count('GET', /events/)).toBe(1)
    // The poll learns how it ends.
    log.end()
    environment.advance(5_000)
    await until(() => statusOf(store, log.start.messageId) === 'completed')
  })

  test('goes on from what the conversation holds when that is less than was seen', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    log.say('The ', 'Rhine ', 'flows ')
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    // What a crash leaves: a little less is saved, and another instance writes on from there.
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

  test('is not set back by a fetch that was slower than the stream', async () => {
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

  test('asks the conversation when connections open but bring nothing', async () => {
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
