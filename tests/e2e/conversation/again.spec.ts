import { randomUUID } from 'node:crypto'
import { done, finish } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { type Chat, end, paced } from '../chat'
import { expect, test } from '../fixtures'

/** What a continuation ends its request with. */
const instruction = 'broke off'
const cut = (text: string): Step[] => [{ delta: text }, { cut: true }]

const button = (chat: Chat, name: string) => chat.reply.getByRole('button', { name, exact: true })

test('a cut reply keeps its text, says why, and goes on in its place', async ({ chat, upstream }) => {
  upstream.script(cut('The river rises in the hills and comes down to'))
  await chat.send('Tell me of the river')
  await chat.ended('interrupted')
  await expect(chat.reply).toContainText('Reply interrupted: the connection dropped before the reply was complete.')
  await expect(chat.reply).not.toContainText('Try again')
  for (const name of ['Continue', 'Retry', 'Copy']) await expect(button(chat, name)).toBeVisible()

  const gate = randomUUID()
  upstream.scriptFor(instruction, [{ delta: ' the old' }, { until: gate }, { delta: ' town.' }, end])
  const text = chat.reply.getByText('The river rises')
  const place = await text.boundingBox()
  await button(chat, 'Continue').click()
  await expect(chat.reply).toContainText('comes down to the old')
  await chat.running()
  await expect(button(chat, 'Continue')).toHaveCount(0)
  await expect(chat.stopButton).toBeVisible()
  const moved = await text.boundingBox()
  expect([moved?.x, moved?.y]).toEqual([place?.x, place?.y])
  upstream.open(gate)
  await chat.ended('completed')
  await expect(chat.reply).toContainText('The river rises in the hills and comes down to the old town.')
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.reply).not.toContainText('interrupted')
  await expect(chat.page.getByRole('status').filter({ hasText: 'Complete' })).toBeAttached()
  await chat.reload()
  await expect(chat.reply).toContainText('comes down to the old town.')
  expect(await chat.storedReply()).toBe('The river rises in the hills and comes down to the old town.')
})

test('a reply that goes on is followed after a reload, and may be cut and continued again', async ({
  chat,
  upstream,
}) => {
  upstream.script(cut('One, '))
  await chat.send('Count')
  await chat.ended('interrupted')
  const gate = randomUUID()
  upstream.scriptFor(instruction, [{ delta: 'two, ' }, { until: gate }, { delta: 'three, ' }, { cut: true }])
  await button(chat, 'Continue').click()
  await expect(chat.reply).toContainText('One, two,')
  await chat.reload()
  await chat.running()
  await expect(chat.reply).toContainText('One, two,')
  upstream.open(gate)
  await chat.ended('interrupted')
  upstream.scriptFor(instruction, [{ delta: 'four.' }, end])
  await button(chat, 'Continue').click()
  await chat.ended('completed')
  await expect(chat.reply).toContainText('One, two, three, four.')
})

test('a reply that reached the limit of its length goes on', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'As far as' }, { write: finish('length') + done }])
  await chat.send('Be brief')
  await chat.ended('completed')
  await expect(chat.reply).toContainText('Stopped at the length limit')
  upstream.scriptFor(instruction, [{ delta: ' it goes.' }, end])
  await button(chat, 'Continue').click()
  await expect(chat.reply).toContainText('As far as it goes.')
  await chat.ended('completed')
  await expect(chat.reply).not.toContainText('length limit')
})

test('a reply that was stopped goes on', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'On and ' }, { until: 'never' }])
  await chat.send('Go on')
  await expect(chat.reply).toContainText('On and')
  await chat.stopButton.click()
  await chat.ended('stopped')
  await expect(chat.reply).not.toContainText('interrupted')
  upstream.scriptFor(instruction, [{ delta: 'on.' }, end])
  await button(chat, 'Continue').click()
  await chat.ended('completed')
  await expect(chat.reply).toContainText('On and on.')
})

test('what the content filter ended says so, and is not continued', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'It is said that' }, { write: finish('content_filter') + done }])
  await chat.send('Say it')
  await chat.ended('completed')
  await expect(chat.reply).toContainText('Stopped by the provider’s content filter')
  await expect(button(chat, 'Continue')).toHaveCount(0)
})

test('what failed before its first word is only asked for anew', async ({ chat, upstream }) => {
  upstream.script([{ status: 401 }, { write: 'no' }, { end: true }])
  await chat.send('Anybody?')
  await chat.ended('failed')
  await expect(button(chat, 'Retry')).toBeVisible()
  for (const name of ['Continue', 'Copy', 'Regenerate']) await expect(button(chat, name)).toHaveCount(0)
})

test('Copy copies the text that had come, and no word of the problem', async ({ chat, context, upstream }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  upstream.script(cut('Half of **it**'))
  await chat.send('All of it')
  await chat.ended('interrupted')
  await button(chat, 'Copy').click()
  await expect(button(chat, 'Copied')).toBeVisible()
  expect(await chat.page.evaluate(() => navigator.clipboard.readText())).toBe('Half of **it**')
})

test('Regenerate writes another reply beside the first, by the model that is chosen', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'One way.' }, end])
  await chat.ask('Which way?')
  await chat.page.getByRole('button', { name: /^Model/ }).click()
  await chat.page.getByRole('option', { name: 'brook-mini' }).click()
  await expect(button(chat, 'Regenerate')).toHaveAccessibleDescription('Regenerate with brook-mini')
  upstream.script([...paced(['Another ', 'way.'], 50), end])
  await button(chat, 'Regenerate').click()
  await expect(chat.composer).toBeFocused()
  await expect(chat.reply).toContainText('Another way.')
  await chat.ended('completed')
  expect((await upstream.request(1)).body).toMatchObject({
    model: 'brook-mini',
    messages: [{ role: 'user', content: 'Which way?' }],
  })
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.reply).toContainText('2/2')
  await button(chat, 'Previous branch').click()
  await expect(chat.reply).toContainText('One way.')
  await expect(button(chat, 'Previous branch')).toBeFocused()
  await chat.reload()
  await expect(chat.reply).toContainText('One way.')
  await expect(chat.reply).toContainText('1/2')
  await button(chat, 'Next branch').click()
  await expect(button(chat, 'Next branch')).toBeFocused()
  await chat.reload()
  await expect(chat.reply).toContainText('Another way.')
  await expect(chat.reply).toContainText('2/2')

  upstream.script([{ delta: 'A third way.' }, end])
  await button(chat, 'Try another model').click()
  await chat.page.getByRole('option', { name: 'scripted-large' }).click()
  await expect(chat.reply).toContainText('A third way.')
  await expect(chat.reply).toContainText('3/3')
  await expect(chat.composer).toBeFocused()
  expect((await upstream.request(2)).body.model).toBe('scripted-large')
})

test('a continuation that the server refuses is told, and the reply is as it was', async ({
  chat,
  complaints,
  upstream,
}) => {
  complaints.expect(/status of 409/)
  upstream.script(cut('Half'))
  await chat.send('All of it')
  await chat.ended('interrupted')
  const id = await chat.conversationId()
  const { messages } = await (await chat.page.request.get(`/api/conversations/${id}`)).json()
  upstream.scriptFor(instruction, [{ delta: ' and half.' }, end])
  const path = `/api/generations/${messages.at(-1).generation.id}/continue`
  const origin = new URL(chat.page.url()).origin
  // Another tab is quicker, by so little that this one cannot know of it.
  await chat.page.route(`**${path}`, async (route) => {
    await chat.page.request.post(path, { data: { turnId: randomUUID(), stream: false }, headers: { origin } })
    await route.continue()
  })
  await button(chat, 'Continue').click()
  await expect(chat.page.getByText('This reply has already been continued.')).toBeVisible()
  await expect(chat.reply).toContainText('Half and half.')
  await chat.ended('completed')
})
