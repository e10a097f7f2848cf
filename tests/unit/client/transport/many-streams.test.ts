import { describe, expect, test } from 'vitest'
import type { Log } from '../log'
import { connections, idOf, openStore, openTab, runningConversation, statusOf, textIn, until } from '../open-store'

describe('many streams', () => {
  test('share one connection, and all reach their ends', async () => {
    const { server, store, get } = await openStore()
    const all = Array.from({ length: 9 }, () => runningConversation(server))
    for (const { id } of all) await get().loadConversation(id)
    await until(() => all.every(({ log }) => log.connections.size === 1))
    expect(connections(server)).toBe(1)
    for (const { log } of all) log.say('The Rhine ')
    for (const { log } of all) await until(() => textIn(store, log.start.messageId) === 'The Rhine ')
    for (const { log } of all) {
      log.say('flows.')
      log.end()
    }
    for (const { log } of all) await until(() => statusOf(store, log.start.messageId) === 'completed')
    for (const { log } of all) expect(textIn(store, log.start.messageId)).toBe('The Rhine flows.')
    expect(get().running).toEqual({})
  })

  test('lose and repeat nothing when more start and connections are cut', async () => {
    const { server, store, get } = await openStore()
    const all: { id: string; log: Log }[] = []
    let expected = ''
    for (let round = 0; round < 8; round += 1) {
      const next = runningConversation(server)
      next.log.say(expected)
      all.push(next)
      await get().loadConversation(next.id)
      for (const { log } of all) log.say(`${round} `)
      expected += `${round} `
      if (round % 3 === 2) next.log.cut()
      if (round % 2 === 0) for (const { log } of all) await until(() => textIn(store, log.start.messageId) === expected)
    }
    for (const { log } of all) log.end()
    for (const { log } of all) await until(() => statusOf(store, log.start.messageId) === 'completed')
    for (const { log } of all) expect(textIn(store, log.start.messageId)).toBe(expected)
  })

  test('leave a send its own connection while it is on screen, and take over after', async () => {
    const { server, environment, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    await get().send({ conversationId: null, text: 'One more', model: 'demo' })
    const sent = [...server.logs.values()].at(-1)
    if (!sent) throw new Error('It was sent')
    await until(() => get().running[idOf(sent)])
    await until(() => connections(server) === 2)
    expect(sent.cursors).toEqual([0])
    sent.say('Here.')
    await until(() => textIn(store, sent.start.messageId) === 'Here.')

    await get().loadConversation(id)
    await until(() => connections(server) === 1)
    await until(() => sent.connections.size === 1)
    expect(sent.cursors).toEqual([0, 2])
    sent.say(' And there.')
    await until(() => textIn(store, sent.start.messageId) === 'Here. And there.')

    // A hidden page shows nothing.
    await get().send({ conversationId: id, text: 'Another', model: 'demo', parentId: null })
    await until(() => connections(server) === 2 && Object.keys(get().running).length === 3)
    environment.setHidden(true)
    await until(() => connections(server) === 1)
    expect(log.connections.size).toBe(1)
  })

  test('leave two of six connections free when many tabs send', async () => {
    const { server, get } = await openStore()
    const tabs = [{ get }, ...Array.from({ length: 5 }, () => openTab(server))]
    for (const [index, tab] of tabs.entries()) {
      await tab.get().send({ conversationId: null, text: `Tab ${index}`, model: 'demo' })
      await until(() => Object.keys(tab.get().running).length === 1)
    }
    await until(() => [...server.logs.values()].every((log) => log.connections.size > 0) && connections(server) === 4)
    for (const log of server.logs.values()) {
      log.say('Here.')
      log.end()
    }
    for (const tab of tabs) await until(() => Object.keys(tab.get().running).length === 0)
    expect(connections(server)).toBe(0)
  })

  test('wait for room when there are more than one response may carry', async () => {
    const { server, get } = await openStore((server) => {
      server.pageSize = 200
      for (let index = 0; index < 103; index += 1) server.turn(server.conversation(`River ${index}`).id, 'Run')
    })
    const all = [...server.logs.values()]
    const open = () => all.filter((log) => log.connections.size === 1)
    await until(() => open().length === 100)
    // Each one that ends makes room for one that waits.
    for (const log of open().slice(0, 3)) log.end()
    await until(() => open().length === 100)
    for (const log of all) log.end()
    await until(() => get().summaries.every(({ running }) => running.length === 0))
  })

  test('continue without one that the server refuses', async () => {
    const { server, store, get } = await openStore()
    const [gone, stays] = [runningConversation(server), runningConversation(server)]
    for (const { id } of [gone, stays]) await get().loadConversation(id)
    await until(() => stays.log.connections.size === 1)
    server.deleted.add(gone.id)
    stays.log.cut()
    await until(() => get().conversations[gone.id]?.state === 'missing')
    stays.log.say('Still here.')
    await until(() => textIn(store, stays.log.start.messageId) === 'Still here.')
  })

  test('continue without one that is refused after another has ended', async () => {
    const { server, store, get } = await openStore()
    const [ended, stays, gone] = [runningConversation(server), runningConversation(server), runningConversation(server)]
    for (const { id } of [ended, stays, gone]) await get().loadConversation(id)
    await until(() => [ended, stays, gone].every(({ log }) => log.connections.size === 1))
    ended.log.end()
    await until(() => statusOf(store, ended.log.start.messageId) === 'completed')
    const requests = () => server.count('GET', /events/)
    const before = requests()
    server.deleted.add(gone.id)
    stays.log.cut()
    await until(() => get().conversations[gone.id]?.state === 'missing')
    stays.log.say('Still here.')
    await until(() => textIn(store, stays.log.start.messageId) === 'Still here.')
    // The request for both was repeated for the one that exists.
    expect(requests()).toBe(before + 2)
  })

  test('close when the store disconnects, and open again when it connects', async () => {
    const { server, store, get, disconnect } = await openStore()
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    disconnect()
    await until(() => log.connections.size === 0)
    log.say('The Rhine')
    store.connect()
    await until(() => textIn(store, log.start.messageId) === 'The Rhine')
  })
})
