import { expect, test } from 'vitest'
import { openHouse, openTab, rivers, until } from './house'
import { TestPage } from './page'

async function twoRivers() {
  const house = await openHouse()
  const [away, shown] = [rivers(house.server), rivers(house.server)]
  for (const { id } of [away, shown]) await house.get().loadConversation(id)
  await until(() => away.log.connections.size === 1)
  return { ...house, away, shown, marks: () => Object.keys(house.get().unread).toSorted() }
}

const ended = (get: () => { running: object }) => until(() => Object.keys(get().running).length === 0)

test('an answer that ended out of sight is unread until its conversation is opened', async () => {
  const { get, away, shown, marks } = await twoRivers()
  away.log.end()
  shown.log.end()
  await ended(get)
  expect(marks()).toEqual([away.id])
  await get().loadConversation(away.id)
  expect(marks()).toEqual([])
})

test('one that ended in a hidden page is unread until the page is in sight', async () => {
  const { page, get, away, shown, marks } = await twoRivers()
  page.setHidden(true)
  shown.log.end()
  await until(() => page.waits.includes(100))
  page.advance(100)
  await until(() => Object.keys(get().running).length === 1)
  expect(marks()).toContain(shown.id)
  page.setHidden(false)
  expect(marks()).toEqual([away.id])
})

test('it survives a reload, and so does an answer that ended when no page was open', async () => {
  const { server, page, disconnect, away, shown } = await twoRivers()
  disconnect()
  away.log.end()
  shown.log.end()
  const again = new TestPage(server.origin)
  again.stored = page.stored
  const { get } = openTab(server, again)
  expect(Object.keys(get().unread).toSorted()).toEqual([away.id, shown.id].toSorted())
  await get().loadConversation(away.id)
  expect(Object.keys(get().unread)).toEqual([shown.id])
  expect([...again.stored.keys()]).toEqual([`rill.unread.${shown.id}`])
})

test('it is opened in all tabs at once', async () => {
  const { server, page, get, away, marks } = await twoRivers()
  away.log.end()
  await until(() => Object.keys(get().running).length === 1)
  const other = new TestPage(server.origin)
  other.stored = page.stored
  const tab = openTab(server, other)
  expect(Object.keys(tab.get().unread)).toContain(away.id)
  await tab.get().loadConversation(away.id)
  page.tellStored()
  expect(marks()).not.toContain(away.id)
})

/** Two tabs: this one shows the conversation, the other one has it too, shows another one, and is hidden. */
async function readerAndHidden() {
  const house = await twoRivers()
  const page = new TestPage(house.server.origin)
  page.stored = house.page.stored
  page.browser = house.server.browser
  const { get } = openTab(house.server, page)
  for (const { id } of [house.shown, house.away]) await get().loadConversation(id)
  await until(() => get().running[house.shown.log.start.generationId]?.reader === 'open')
  page.setHidden(true)
  const marked = () => Object.keys(get().unread).includes(house.shown.id)
  const commits = async () => {
    await until(() => page.waits.includes(100))
    page.advance(100)
    await until(() => Object.keys(get().running).length === 1)
  }
  return { ...house, hidden: { page, marked, commits } }
}

test('what is read in one tab is not unread in a hidden one that hears of it before it hears of the end', async () => {
  const { get, shown, marks, hidden } = await readerAndHidden()
  expect(hidden.marked()).toBe(true)
  shown.log.end()
  await until(() => Object.keys(get().running).length === 1)
  expect(marks()).not.toContain(shown.id)
  hidden.page.tellStored()
  await hidden.commits()
  expect(hidden.marked()).toBe(false)
  hidden.page.setHidden(false)
  expect(hidden.marked()).toBe(false)
})

test('what was read in one tab is not unread in one that slept meanwhile, when that comes into sight', async () => {
  const { page, get, shown, marks, hidden } = await readerAndHidden()
  page.painting = false
  shown.log.end()
  await hidden.commits()
  expect(hidden.marked()).toBe(true)
  page.painting = true
  page.paint()
  await until(() => Object.keys(get().running).length === 1)
  expect(marks()).not.toContain(shown.id)
  hidden.page.setHidden(false)
  expect(hidden.marked()).toBe(false)
})

test.each(['nothing more', 'nothing'] as const)('a page that can store %s knows it all the same', async (keeping) => {
  const { server } = await openHouse()
  const page = new TestPage(server.origin)
  page.keeping = keeping
  const { get } = openTab(server, page)
  const [away, shown] = [rivers(server), rivers(server)]
  for (const { id } of [away, shown]) await get().loadConversation(id)
  await until(() => away.log.connections.size > 0)
  away.log.end()
  shown.log.end()
  await ended(get)
  page.setHidden(true)
  page.setHidden(false)
  expect(Object.keys(get().unread)).toEqual([away.id])
})
