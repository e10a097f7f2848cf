import { describe, expect, test } from 'vitest'
import { openHouse, rivers, statusOf, textIn, until } from './house'

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
