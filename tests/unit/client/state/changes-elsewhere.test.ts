import { describe, expect, onTestFinished, test } from 'vitest'
import { messageOf } from '@/lib/client/state/selectors'
import { openStore, openTab, runningConversation, statusOf, textIn, until } from '../open-store'
import { refuse } from '../responses'

/** A cursor past every log. */
const onlyTheEnd = 999_999_999_999

describe('changes from elsewhere', () => {
  test('a turn sent in another tab appears when this one is shown again', async () => {
    const { server, environment, store, get } = await openStore((server) => server.conversation('Rivers'))
    const id = get().summaries[0]?.id ?? ''
    const other = openTab(server)
    await get().loadConversation(id)
    await other.get().loadConversation(id)
    environment.setHidden(true)
    await other.get().send({ conversationId: id, text: 'From there', model: 'demo' })
    const [log] = server.logs.values()
    const reply = log?.start.messageId ?? ''
    environment.setHidden(false)
    await until(() => messageOf(get(), reply))
    log?.say('Seen in both')
    log?.end()
    await until(() => statusOf(store, reply) === 'completed' && statusOf(other.store, reply) === 'completed')
    expect(textIn(store, reply)).toBe('Seen in both')
    // Only the end was followed, until the conversation was loaded again.
    expect(log?.cursors).toEqual([0, onlyTheEnd, 1])
  })

  test('the end of a reply that is not loaded is received, without fetching the sidebar', async () => {
    const { server, environment, get } = await openStore((server) => server.turn(server.conversation('Far').id, 'Run'))
    expect(get().summaries[0]?.running).toHaveLength(1)
    const log = server.onlyLog
    await until(() => log.connections.size === 1)
    expect(log.cursors).toEqual([onlyTheEnd])
    log.say('Far away.')
    environment.advance(5_000)
    log.end()
    await until(() => get().summaries[0]?.running.length === 0)
    environment.advance(5_000)
    await get().loadModels()
    expect(server.count('GET', /conversations$/)).toBe(0)
  })

  test('so it is on a later page of the sidebar', async () => {
    const { server, get } = await openStore((server) => {
      server.pageSize = 1
      server.turn(server.conversation('Old').id, 'Run')
      server.conversation('New')
    })
    await get().loadMoreSummaries()
    expect(get().summaries.map(({ running }) => running.length)).toEqual([0, 1])
    await until(() => server.onlyLog.connections.size === 1)
    server.onlyLog.end()
    await until(() => get().summaries.every(({ running }) => running.length === 0))
  })

  test('the sidebar is polled only while a generation runs whose end would not be received', async () => {
    const { server, environment, get } = await openStore((server) => {
      server.turn(server.conversation('Far').id, 'Run')
      server.fault('GET', /events/, (response) => refuse(response, 404, 'not_found', 'Gone.', 'from.0'), 9)
    })
    await until(() => server.count('GET', /events/) === 1)
    await get().loadModels()
    environment.advance(5_000)
    await until(() => server.count('GET', /conversations$/) === 1)
    environment.setHidden(true)
    environment.advance(5_000)
    await get().loadModels()
    expect(server.count('GET', /conversations$/)).toBe(1)
    server.onlyLog.end()
    environment.setHidden(false)
    await until(() => get().summaries[0]?.running.length === 0)
    environment.advance(5_000)
    await get().loadModels()
    expect(server.count('GET', /conversations$/)).toBe(2)
    expect(server.count('GET', /events/)).toBe(1)
  })

  test('a conversation deleted in another tab leaves the sidebar, and older pages stay', async () => {
    const { server, environment, get } = await openStore((server) => {
      server.pageSize = 2
      for (const title of ['a', 'b', 'c', 'd']) server.conversation(title)
    })
    await get().loadMoreSummaries()
    expect(get().summaries.map(({ title }) => title)).toEqual(['d', 'c', 'b', 'a'])
    server.deleted.add(get().summaries[0]?.id ?? '')
    environment.setHidden(false)
    await until(() => get().summaries.length === 3)
    expect(get().summaries.map(({ title }) => title)).toEqual(['c', 'b', 'a'])
    expect(get().nextCursor).toBeNull()
  })

  test('text written while the connection was lost replaces what had arrived', async () => {
    const { server, environment, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    log.say('Half ')
    await until(() => textIn(store, log.start.messageId) === 'Half ')
    server.fault('GET', /events/, 'reset', Number.POSITIVE_INFINITY)
    log.cut()
    log.connections.clear()
    await until(() => Object.values(get().running).some(({ reader }) => reader === 'reconnecting'))
    log.say('a word.')
    log.end()
    server.turn(id, 'And lakes?', log.start.messageId).end()
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => get().conversations[id]?.messageIds.length === 4)
    expect(textIn(store, log.start.messageId)).toBe('Half a word.')
    expect(statusOf(store, log.start.messageId)).toBe('completed')
  })

  test('a response that is older than a turn sent meanwhile changes nothing', async () => {
    let answer = () => {}
    const { server, environment, get } = await openStore((server) => server.conversation('Rivers'))
    const id = get().summaries[0]?.id ?? ''
    await get().loadConversation(id)
    server.turn(id, 'elsewhere').end()
    server.fault('GET', new RegExp(`conversations/${id}`), (response) => {
      const old = JSON.stringify({ ...server.whole(id), messages: [] })
      answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(old)
    })
    environment.setHidden(false)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 2)
    await get().send({ conversationId: id, text: 'here', model: 'demo' })
    await until(() => get().conversations[id]?.messageIds.length === 2)
    answer()
    await get().loadModels()
    await until(() => server.faults.every(({ times }) => times === 0))
    expect(get().conversations[id]?.messageIds).toHaveLength(2)
    expect(Object.keys(get().running)).toHaveLength(1)
  })

  test('a response that is older than the end of a reply does not make it run again', async () => {
    let answer = () => {}
    const { server, store, get } = await openStore()
    await get().send({ conversationId: null, text: 'here', model: 'demo' })
    await until(() => get().startedFromNew)
    const id = get().startedFromNew ?? ''
    server.fault('GET', new RegExp(`conversations/${id}`), (response) => {
      const old = JSON.stringify(server.whole(id))
      answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(old)
    })
    const loading = get().loadConversation(id)
    await until(() => server.count('GET', new RegExp(`conversations/${id}`)) === 1)
    const { messageId } = server.onlyLog.start
    server.onlyLog.say('All of it.')
    server.onlyLog.end()
    await until(() => statusOf(store, messageId) === 'completed')
    const seen: unknown[] = []
    onTestFinished(store.subscribe(() => seen.push(statusOf(store, messageId))))
    answer()
    await loading
    expect(new Set(seen)).toEqual(new Set(['completed']))
    expect(textIn(store, messageId)).toBe('All of it.')
    expect(get()).toMatchObject({ running: {}, summaries: [{ id, running: [] }] })
  })
})
