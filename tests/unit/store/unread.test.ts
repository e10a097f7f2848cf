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
