import { describe, expect, test } from 'vitest'
import type { Part } from '@/lib/protocol/messages'
import { branchesOf, visiblePath } from '@/lib/store/selectors'
import { openHouse, openTab, statusOf, textIn, until } from './house'
import type { TestServer } from './server'

const rivers = (server: TestServer) => {
  const { id } = server.conversation('Rivers')
  return { id, log: server.turn(id, 'Tell me of rivers') }
}

describe('text that streams', () => {
  test('is one commit a frame for all conversations', async () => {
    const { page, server, store, get } = await openHouse()
    const logs = [rivers(server), rivers(server)]
    for (const { id } of logs) await get().loadConversation(id)
    await until(() => logs.every(({ log }) => get().running[log.start.generationId]?.reader === 'open'))
    page.painting = false
    let commits = 0
    store.subscribe(() => {
      commits += 1
    })
    for (const { log } of logs) for (let word = 0; word < 50; word += 1) log.say(`${word} `)
    // The log's own end is the proof that all of it has arrived.
    for (const { log } of logs) log.end()
    await until(() => logs.every(({ log }) => log.connections.size === 0) && page.framesWaiting === 1)
    // Only the poll waits: both readers are done.
    await until(() => page.waits.length === 1)
    expect(commits).toBe(0)
    page.paint()
    expect(commits).toBe(1)
    for (const { log } of logs) {
      expect(textIn(store, log.start.messageId)).toBe(Array.from({ length: 50 }, (_, word) => `${word} `).join(''))
      expect(statusOf(store, log.start.messageId)).toBe('completed')
    }
  })

  test('gives a new identity to the message that grows, and to nothing else', async () => {
    const { server, store, get } = await openHouse()
    const { id, log } = rivers(server)
    log.append({ type: 'reasoning', data: { text: 'Hm. ' } })
    log.say('The Rhine')
    server.turn(id, 'Another branch').end()
    await get().loadConversation(id)
    await until(() => get().running[log.start.generationId]?.reader === 'open')
    get().choose(id, null, log.start.userMessageId)
    const before = get()
    const path = visiblePath(before, id)
    const branches = branchesOf(before, log.start.userMessageId)

    log.say(' flows', ' north.')
    await until(() => textIn(store, log.start.messageId) === 'The Rhine flows north.')
    const after = get()
    expect(after.messages[log.start.messageId]).not.toBe(before.messages[log.start.messageId])
    for (const message of Object.values(before.messages)) {
      if (message.id !== log.start.messageId) expect(after.messages[message.id]).toBe(message)
    }
    const part = (state: typeof before, index: number): Part | undefined =>
      state.messages[log.start.messageId]?.parts[index]
    expect(part(after, 0)).toBe(part(before, 0))
    expect(part(after, 1)).not.toBe(part(before, 1))
    expect(visiblePath(after, id)).toBe(path)
    expect(branchesOf(after, log.start.userMessageId)).toBe(branches)
    expect(after.conversations).toBe(before.conversations)
    expect(after.summaries).toBe(before.summaries)
    expect(after.running).toBe(before.running)
  })

  test('survives cuts with no gap and no double', async () => {
    const { server, store, get } = await openHouse()
    const { id, log } = rivers(server)
    await get().loadConversation(id)
    let expected = ''
    for (let word = 0; word < 30; word += 1) {
      log.say(`${word} `)
      expected += `${word} `
      if (word % 5 === 0) log.cut()
      if (word % 7 === 0) await until(() => textIn(store, log.start.messageId) === expected)
    }
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(textIn(store, log.start.messageId)).toBe(expected)
  })

  test('that ended is not asked for again while its end waits for a frame', async () => {
    const { server, page, store, get } = await openHouse()
    const all = Array.from({ length: 5 }, () => rivers(server))
    for (const { id } of all.slice(0, 4)) await get().loadConversation(id)
    await until(() => all.slice(0, 4).every(({ log }) => log.connections.size === 1))
    page.painting = false
    for (const { log } of all) log.end()
    await until(() => page.framesWaiting === 1 && all.every(({ log }) => log.connections.size === 0))
    await until(() => page.waits.length === 1)
    await get().loadConversation(all[4]?.id ?? '')
    await get().loadModels()
    page.painting = true
    page.paint()
    for (const { log } of all) await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(all.map(({ log }) => log.cursors.length)).toEqual([1, 1, 1, 1, 0])
  })

  test('leaves the other conversations in the sidebar alone when it ends', async () => {
    const { server, store, get } = await openHouse((server) => server.conversation('Other'))
    const { id, log } = rivers(server)
    await get().loadConversation(id)
    const other = get().summaries.find(({ title }) => title === 'Other')
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(get().summaries).toContain(other)
    expect(get().summaries[0]?.id).toBe(id)
  })

  test('shows in a second tab, from where the conversation was loaded', async () => {
    const { server, store, get } = await openHouse()
    const { id, log } = rivers(server)
    log.say('The Rhine ')
    await get().loadConversation(id)
    const second = openTab(server)
    await second.get().loadConversation(id)
    expect(textIn(second.store, log.start.messageId)).toBe('The Rhine ')
    log.say('flows.')
    log.end()
    for (const tab of [store, second.store]) {
      await until(() => statusOf(tab, log.start.messageId) === 'completed')
      expect(textIn(tab, log.start.messageId)).toBe('The Rhine flows.')
    }
    expect(log.cursors).toEqual([2, 2])
  })

  test('comes by timer in a hidden page', async () => {
    const { server, page, store, get } = await openHouse()
    const { id, log } = rivers(server)
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    page.setHidden(true)
    log.say('The Rhine')
    await until(() => page.waits.includes(100))
    page.advance(100)
    expect(textIn(store, log.start.messageId)).toBe('The Rhine')
  })

  test('says that it reconnects while the server is away, and goes on when it is back', async () => {
    const { server, page, store, get } = await openHouse()
    const { id, log } = rivers(server)
    log.say('The Rhine ')
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    page.setChance(1)
    const { port } = server.address
    await server.close()
    await until(() => get().running[log.start.generationId]?.reader === 'reconnecting')
    page.setOnline(false)
    expect(get().online).toBe(false)
    log.say('flows.')
    await server.listen(port)
    page.setOnline(true)
    await until(() => textIn(store, log.start.messageId) === 'The Rhine flows.')
    expect(get()).toMatchObject({ online: true, running: { [log.start.generationId]: { reader: 'open' } } })
  })

  test('takes what the conversation holds when the log is gone', async () => {
    const { server, store, get } = await openHouse()
    const { id, log } = rivers(server)
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
    const { server, page, store, get } = await openHouse()
    const { id, log } = rivers(server)
    server.fault('GET', /events/, (response) => response.writeHead(404).end(), 9)
    await get().loadConversation(id)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 2)
    await get().loadModels()
    expect(server.count('GET', /events/)).toBe(1)
    // The poll learns how it ends.
    log.end()
    page.advance(5_000)
    await until(() => statusOf(store, log.start.messageId) === 'completed')
  })

  test('goes on from what the conversation holds when that is less than was seen', async () => {
    const { server, store, get } = await openHouse()
    const { id, log } = rivers(server)
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

  test('is read again to its end when a slow fetch says that it still runs', async () => {
    let answer = () => {}
    const { server, page, store, get } = await openHouse()
    const { id, log } = rivers(server)
    await get().loadConversation(id)
    await until(() => get().running[log.start.generationId]?.reader === 'open')
    server.fault('GET', new RegExp(`conversations/${id}`), (response) => {
      const old = JSON.stringify({ ...server.list()[0], messages: server.messages(id) })
      answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(old)
    })
    server.summaries.set(id, { ...server.conversation('Other'), id })
    page.setHidden(false)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 2)
    log.say('The Rhine.')
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    answer()
    await until(() => log.cursors.length === 2)
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(textIn(store, log.start.messageId)).toBe('The Rhine.')
    expect(get().running).toEqual({})
  })

  test('is not set back by a fetch that was slower than the stream', async () => {
    let answer = () => {}
    const { server, page, store, get } = await openHouse()
    const { id, log } = rivers(server)
    await get().loadConversation(id)
    await until(() => get().running[log.start.generationId]?.reader === 'open')
    server.fault('GET', new RegExp(`conversations/${id}`), (response) => {
      const old = JSON.stringify({ ...server.list()[0], messages: server.messages(id) })
      answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(old)
    })
    server.summaries.set(id, { ...server.conversation('Other'), id })
    page.setHidden(false)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 2)
    log.say('The Rhine ')
    await until(() => textIn(store, log.start.messageId) === 'The Rhine ')
    const grown = get().messages[log.start.messageId]
    answer()
    await until(() => get().summaries.some(({ title }) => title === 'Other'))
    await get().loadModels()
    expect(get().messages[log.start.messageId]).toBe(grown)
    log.say('flows.')
    await until(() => textIn(store, log.start.messageId) === 'The Rhine flows.')
  })

  test('asks the conversation when connections open but bring nothing', async () => {
    const { server, store, get } = await openHouse()
    const { id, log } = rivers(server)
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

const sse = { 'Content-Type': 'text/event-stream' }

describe('many streams', () => {
  test('have four connections, and the one on screen is among them', async () => {
    const { server, store, get } = await openHouse()
    const all = Array.from({ length: 6 }, () => rivers(server))
    for (const { id } of all) await get().loadConversation(id)
    const open = () => all.filter(({ log }) => log.connections.size > 0)
    const [first, , , , , last] = all
    await until(() => open().length === 4 && last?.log.connections.size === 1)
    expect(Object.keys(get().running)).toHaveLength(6)

    for (const { log } of all) log.say('The Rhine ')
    for (const { log } of open()) await until(() => textIn(store, log.start.messageId) === 'The Rhine ')
    const parked = all.filter(({ log }) => log.connections.size === 0)
    expect(parked).toHaveLength(2)
    for (const { log } of parked) expect(get().running[log.start.generationId]?.reader).toBe('connecting')

    // Shown, a parked one goes on from its cursor, and another gives way.
    const [shown] = parked
    await get().loadConversation(shown?.id ?? '')
    await until(() => shown && textIn(store, shown.log.start.messageId) === 'The Rhine ')
    await until(() => open().length === 4)

    // Ended ones make room, until all are done.
    for (const { log } of all) {
      log.say('flows.')
      log.end()
    }
    for (const { log } of all) await until(() => statusOf(store, log.start.messageId) === 'completed')
    for (const { log } of all) expect(textIn(store, log.start.messageId)).toBe('The Rhine flows.')
    expect(first && textIn(store, first.log.start.messageId)).toBe('The Rhine flows.')
    expect(get().running).toEqual({})
  })

  test('are let go with the page, and taken up again', async () => {
    const { server, store, get, disconnect } = await openHouse()
    const { id, log } = rivers(server)
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    disconnect()
    await until(() => log.connections.size === 0)
    log.say('The Rhine')
    store.connect()
    await until(() => textIn(store, log.start.messageId) === 'The Rhine')
  })

  test('make room for a send', async () => {
    const { server, get } = await openHouse()
    const all = Array.from({ length: 4 }, () => rivers(server))
    for (const { id } of all) await get().loadConversation(id)
    await until(() => all.every(({ log }) => log.connections.size === 1))
    let answer = () => {}
    server.fault('POST', /chat/, (response) => {
      answer = () => server.chat(server.received.at(-1)?.body ?? {}).follow(response, 0)
    })
    const sent = get().send({ conversationId: null, text: 'One more', model: 'demo' })
    await until(() => server.count('POST', /chat/) === 1)
    await until(() => all.filter(({ log }) => log.connections.size === 1).length === 3)
    answer()
    await sent
    await until(() => Object.keys(get().running).length === 5)
    await until(() => [...server.logs.values()].filter((log) => log.connections.size > 0).length === 4)
    expect([...server.logs.values()].at(-1)?.connections.size).toBe(1)
  })

  test('that are parked and end elsewhere are noticed by the poll', async () => {
    const { server, page, store, get } = await openHouse()
    const all = Array.from({ length: 5 }, () => rivers(server))
    for (const { id } of all) await get().loadConversation(id)
    await until(() => all.filter(({ log }) => log.connections.size === 0).length === 1)
    await until(() => all[4]?.log.connections.size === 1)
    const parked = all.find(({ log }) => log.connections.size === 0)
    parked?.log.say('The Rhine')
    parked?.log.end()
    page.advance(5_000)
    await until(() => parked && statusOf(store, parked.log.start.messageId) === 'completed')
    expect(parked && textIn(store, parked.log.start.messageId)).toBe('The Rhine')
    expect(parked?.log.cursors).toHaveLength(1)
  })
})
