import { Chat, end } from '../chat'
import { expect, test } from '../fixtures'

test('an open Rill says that conversations belong to this browser, and means it', async ({
  chat,
  browser,
  rill,
  upstream,
  complaints,
}) => {
  upstream.script([{ delta: 'Mine.' }, end])
  await chat.ask('Only here')
  await expect(chat.sidebar.getByText('Conversations belong to this browser.')).toBeVisible()
  await expect(chat.sidebar.getByRole('button', { name: 'Sign out' })).toHaveCount(0)
  const context = await browser.newContext({ baseURL: rill.url })
  const other = new Chat(await context.newPage())
  await other.open('/')
  await expect(other.row('Only here')).toHaveCount(0)
  await other.page.goto(chat.page.url())
  await expect(other.page.getByText('it was started in another browser')).toBeVisible()
  await context.close()
  expect(complaints.heard).toEqual([])
})
