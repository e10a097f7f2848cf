import { expect, test } from 'vitest'
import { openStore, openTab, runningConversation, until } from '../open-store'
import { TestEnvironment } from '../test-environment'

async function twoRivers() {
  const opened = await openStore()
  const [away, shown] = [runningConversation(opened.server), runningConversation(opened.server)]
  for (const { id } of [away, shown]) await opened.get().loadConversation(id)
  await until(() => away.log.connections.size === 1)
  return { ...opened, away, shown, marks: () => Object.keys(opened.get().unread).toSorted() }
}

const ended = (get: () => { running: object }) => until(() => Object.keys(get().running).length === 0)

test('a reply that ended off screen is unread until its conversation is opened', async () => {
  const { get, away, shown, marks } = await twoRivers()
  away.log.end()
  shown.log.end()
  await ended(get)
  expect(marks()).toEqual([away.id])
  await get().loadConversation(away.id)
  expect(marks()).toEqual([])
})

test('a reply that ended in a hidden page is unread until the page is visible', async () => {
  const { environment, get, away, shown, marks } = await twoRivers()
  environment.setHidden(true)
  shown.log.end()
  await until(() => environment.waits.includes(100))
  environment.advance(100)
  await until(() => Object.keys(get().running).length === 1)
  expect(marks()).toContain(shown.id)
  environment.setHidden(false)
  expect(marks()).toEqual([away.id])
})

test('the mark survives a reload, also of a reply that ended while no page was open', async () => {
  const { server, environment, disconnect, away, shown } = await twoRivers()
  disconnect()
  away.log.end()
  shown.log.end()
  const again = new TestEnvironment(server.origin)
  again.stored = environment.stored
  const { get } = openTab(server, again)
  expect(Object.keys(get().unread).toSorted()).toEqual([away.id, shown.id].toSorted())
  await get().loadConversation(away.id)
  expect(Object.keys(get().unread)).toEqual([shown.id])
  expect([...again.stored.keys()]).toEqual([`rill.unread.${shown.id}`])
})

test('opening the conversation in one tab removes the mark in all', async () => {
  const { server, environment, get, away, marks } = await twoRivers()
  away.log.end()
  await until(() => Object.keys(get().running).length === 1)
  const other = new TestEnvironment(server.origin)
  other.stored = environment.stored
  const tab = openTab(server, other)
  expect(Object.keys(tab.get().unread)).toContain(away.id)
  await tab.get().loadConversation(away.id)
  environment.emitStored()
  expect(marks()).not.toContain(away.id)
})

/** Two tabs: this one shows the conversation, the other is hidden and shows another one. */
async function readerAndHidden() {
  const opened = await twoRivers()
  const environment = new TestEnvironment(opened.server.origin)
  environment.stored = opened.environment.stored
  environment.browser = opened.server.browser
  const { get } = openTab(opened.server, environment)
  for (const { id } of [opened.shown, opened.away]) await get().loadConversation(id)
  await until(() => get().running[opened.shown.log.start.generationId]?.reader === 'open')
  environment.setHidden(true)
  const marked = () => Object.keys(get().unread).includes(opened.shown.id)
  const commits = async () => {
    await until(() => environment.waits.includes(100))
    environment.advance(100)
    await until(() => Object.keys(get().running).length === 1)
  }
  return { ...opened, hidden: { environment, marked, commits } }
}

test('a reply read in one tab is not unread in a hidden tab that receives that before the end', async () => {
  const { get, shown, marks, hidden } = await readerAndHidden()
  expect(hidden.marked()).toBe(true)
  shown.log.end()
  await until(() => Object.keys(get().running).length === 1)
  expect(marks()).not.toContain(shown.id)
  hidden.environment.emitStored()
  await hidden.commits()
  expect(hidden.marked()).toBe(false)
  hidden.environment.setHidden(false)
  expect(hidden.marked()).toBe(false)
})

test('a reply read in one tab is not unread in a suspended tab once that is visible', async () => {
  const { environment, get, shown, marks, hidden } = await readerAndHidden()
  environment.painting = false
  shown.log.end()
  await hidden.commits()
  expect(hidden.marked()).toBe(true)
  environment.painting = true
  environment.paint()
  await until(() => Object.keys(get().running).length === 1)
  expect(marks()).not.toContain(shown.id)
  hidden.environment.setHidden(false)
  expect(hidden.marked()).toBe(false)
})

test.each(['nothing more', 'nothing'] as const)(
  'a page that can store %s keeps the mark until a reload',
  async (keeping) => {
    const { server } = await openStore()
    const environment = new TestEnvironment(server.origin)
    environment.keeping = keeping
    const { get } = openTab(server, environment)
    const [away, shown] = [runningConversation(server), runningConversation(server)]
    for (const { id } of [away, shown]) await get().loadConversation(id)
    await until(() => away.log.connections.size > 0)
    away.log.end()
    shown.log.end()
    await ended(get)
    environment.setHidden(true)
    environment.setHidden(false)
    expect(Object.keys(get().unread)).toEqual([away.id])
  },
)
