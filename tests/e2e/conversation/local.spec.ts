import { Chat, end } from '../chat'
import { expect, test } from '../fixtures'

// As it is for whoever starts it on their own machine.
test.use({ environment: { RILL_OPEN: '' } })

test('a conversation that one browser begins streams live in another', async ({ chat, browser, rill, upstream }) => {
  upstream.script([{ delta: 'Seen in both, ' }, { until: 'both see it' }, { delta: 'as it comes.' }, end])
  await chat.send('Rivers')
  await expect(chat.reply).toContainText('Seen in both,')
  const context = await browser.newContext({ baseURL: rill.url })
  const other = new Chat(await context.newPage())
  await other.open(`/c/${await chat.conversationId()}`)
  await other.running()
  await expect(other.reply).toContainText('Seen in both,')
  upstream.open('both see it')
  for (const each of [chat, other]) {
    await each.ended('completed')
    await expect(each.reply).toContainText('Seen in both, as it comes.')
  }
  // And on from the other one.
  await other.startNew()
  await expect(other.row('Rivers')).toBeVisible()
  await expect(other.sidebar.getByText('Conversations belong to this browser')).toHaveCount(0)
  expect(await context.cookies()).toEqual([])
  await context.close()
})
