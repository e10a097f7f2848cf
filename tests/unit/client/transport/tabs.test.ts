import { describe, expect, test } from 'vitest'
import { connections, idOf, openStore, openTab, runningConversation, statusOf, textIn, until } from '../open-store'
import { TestEnvironment } from '../test-environment'

describe('tabs of one browser', () => {
  /** Two tabs that show the same reply. The first is the leader. */
  async function twoTabs() {
    const { server, ...first } = await openStore()
    const { id, log } = runningConversation(server)
    log.say('One ')
    await first.get().loadConversation(id)
    await until(() => log.connections.size === 1)
    const second = openTab(server)
    await second.get().loadConversation(id)
    const says = (tab: typeof second, text: string) => until(() => textIn(tab.store, log.start.messageId) === text)
    await says(second, 'One ')
    await until(() => second.get().running[idOf(log)]?.reader === 'open')
    return { server, id, log, first, second, says }
  }

  test('share one connection, and each shows everything', async () => {
    const { server, log, first, second, says } = await twoTabs()
    expect(connections(server)).toBe(1)
    log.say('two ')
    for (const tab of [first, second]) await says(tab, 'One two ')
    expect(server.count('GET', /events/)).toBe(1)
    log.end()
    for (const tab of [first, second]) await until(() => statusOf(tab.store, log.start.messageId) === 'completed')
  })

  test('continue when the leader is closed', async () => {
    const { log, first, second, says } = await twoTabs()
    log.say('two ')
    first.disconnect()
    log.say('three ')
    await says(second, 'One two three ')
    await until(() => log.connections.size === 1)
    log.say('four.')
    log.end()
    await says(second, 'One two three four.')
    await until(() => statusOf(second.store, log.start.messageId) === 'completed')
  })

  test('continue what only one of them follows when another takes over', async () => {
    const { server, first, second } = await twoTabs()
    const third = openTab(server)
    const own = runningConversation(server)
    await third.get().loadConversation(own.id)
    await until(() => own.log.connections.size === 1)
    first.disconnect()
    own.log.say('Heard.')
    await until(() => textIn(third.store, own.log.start.messageId) === 'Heard.')
    expect(second.get().running[idOf(own.log)]).toBeUndefined()
    expect(connections(server)).toBe(1)
  })

  test('continue when the leader is suspended, which catches up when it wakes', async () => {
    const { server, log, first, second, says } = await twoTabs()
    first.environment.sleep()
    // Another conversation is opened, and the leader does not answer.
    const other = runningConversation(server)
    await second.get().loadConversation(other.id)
    expect(other.log.connections.size).toBe(0)
    second.environment.advance(1_000)
    await until(() => other.log.connections.size === 1)
    other.log.say('Heard.')
    await until(() => textIn(second.store, other.log.start.messageId) === 'Heard.')
    first.environment.wake()
    log.say('two.')
    log.end()
    for (const tab of [first, second]) await says(tab, 'One two.')
    expect(connections(server)).toBe(1)
  })

  test('reconnect at once when a tab becomes visible during the backoff', async () => {
    const { log, first, second, says } = await twoTabs()
    first.environment.setHidden(true)
    second.environment.setHidden(true)
    first.environment.setChance(1)
    log.cut()
    await until(() => second.get().running[idOf(log)]?.reader === 'reconnecting')
    await until(() => first.environment.waits.includes(250))
    log.say('two ')
    second.environment.setHidden(false)
    await says(second, 'One two ')
  })

  test('receive an earlier part of a log that they need, and no event twice', async () => {
    const { server, id, log, first, second, says } = await twoTabs()
    log.say('two ')
    for (const tab of [first, second]) await says(tab, 'One two ')
    // A third tab, with an older copy of the conversation, joins late.
    server.fault('GET', new RegExp(`conversations/${id}`), (response) => {
      const messages = server
        .messages(id)
        .map((message) =>
          message.generation ? { ...message, parts: [], generation: { ...message.generation, cursor: 1 } } : message,
        )
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ ...server.whole(id), messages }))
    })
    const third = openTab(server)
    await third.get().loadConversation(id)
    await says(third, 'One two ')
    log.say('three.')
    log.end()
    for (const tab of [first, second, third]) {
      await says(tab, 'One two three.')
      await until(() => statusOf(tab.store, log.start.messageId) === 'completed')
    }
  })

  /** Three tabs. The first is the leader, and the others have a conversation in their sidebars that it lacks. */
  async function listedInTwo() {
    const tabs = await twoTabs()
    const { id, log } = runningConversation(tabs.server)
    const [second, third] = [openTab(tabs.server), openTab(tabs.server)]
    await until(() => log.connections.size === 1)
    // The page removes it at once; the request is slow.
    tabs.server.fault('DELETE', /conversations/, 'silence')
    const runs = (tab: typeof third) => tab.get().summaries.some((each) => each.id === id && each.running.length > 0)
    return { ...tabs, gone: { id, log }, second, third, runs }
  }

  test('stop reading a log when no tab needs it, and continue the others', async () => {
    const { log, first, gone, second, third, says } = await listedInTwo()
    third.disconnect()
    void second.get().remove(gone.id)
    await until(() => gone.log.connections.size === 0)
    log.say('two ')
    await says(first, 'One two ')
    expect(log.connections.size).toBe(1)
  })

  test('continue a log that another tab has dropped', async () => {
    const { gone, second, third, runs } = await listedInTwo()
    void second.get().remove(gone.id)
    await until(() => gone.log.cursors.length === 2)
    gone.log.end()
    await until(() => !runs(third))
  })

  test('continue a log that another tab has dropped while they were suspended', async () => {
    const { gone, second, third, runs } = await listedInTwo()
    third.environment.sleep()
    void second.get().remove(gone.id)
    await until(() => gone.log.connections.size === 0)
    third.environment.wake()
    third.environment.advance(10_000)
    await until(() => gone.log.connections.size === 1)
    gone.log.end()
    await until(() => !runs(third))
  })

  test('each have a connection while they are visible, when they cannot exchange messages', async () => {
    const { server } = await openStore()
    const { id, log } = runningConversation(server)
    const pages = [new TestEnvironment(server.origin), new TestEnvironment(server.origin)]
    const tabs = pages.map((environment) => openTab(server, environment))
    for (const tab of tabs) await tab.get().loadConversation(id)
    await until(() => log.connections.size === 2)
    const [first, second] = tabs
    first?.environment.setHidden(true)
    await until(() => log.connections.size === 1)
    log.say('Seen.')
    await until(() => second && textIn(second.store, log.start.messageId) === 'Seen.')
    first?.environment.setHidden(false)
    await until(() => first && textIn(first.store, log.start.messageId) === 'Seen.')
    // Each has one connection, even when it sends.
    await first?.get().send({ conversationId: null, text: 'And this', model: 'demo' })
    await until(() => Object.keys(first?.get().running ?? {}).length === 2)
    await until(() => connections(server) === 2)
  })
})
