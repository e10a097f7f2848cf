import { randomUUID } from 'node:crypto'
import type { Locator } from '@playwright/test'
import { done, finish, usage } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { type Chat, end, numbered, paced } from '../chat'
import { expect, test } from '../fixtures'
import { axeComplaints, looks } from './axe'
import { setPrice, setRupees } from './money'

const reported = (prompt: number, completion: number): Step => ({
  write: finish('stop') + usage({ prompt, completion }) + done,
})
const box = (chat: Chat) => chat.page.locator('div:has(> #composer)')
const foot = (chat: Chat) => box(chat).locator('xpath=following-sibling::div[1]')

/** Opens all that was counted about the last reply; gives the button that has the focus again when it closes. */
async function openDetails({ page, reply }: Chat): Promise<Locator> {
  const opener = reply.getByRole('button', { name: 'More actions' })
  await opener.click()
  await page.getByRole('menuitem', { name: 'Details' }).click()
  return opener
}

test('what a prompt comes to stands by the model while it is written, and by no empty box', async ({ chat, house }) => {
  await setPrice(chat, house.upstreamPort, { input: '20', output: '80', maxOutput: 1000 })
  await setRupees(chat)
  await chat.composer.fill('word '.repeat(800))
  // Nobody knows the tokenizer of this model.
  await expect(box(chat)).toContainText(/~Roughly 1,0\d\d tokens, about ₹2\.\d\d, up to ₹10\.\d\d/)
  await chat.composer.fill('')
  await expect(box(chat)).not.toContainText('tokens')
  await chat.composer.fill('Short')
  await expect(box(chat)).toContainText(/ [1-9]\d? tokens, /)
})

test('typing is not waited for: one estimate when it rests, of what is there then', async ({ chat }) => {
  const asked: string[] = []
  chat.page.on('request', (request) => {
    if (request.url().endsWith('/api/estimate')) asked.push(request.postDataJSON().text)
  })
  await chat.composer.pressSequentially('Tell me of the river', { delay: 20 })
  await expect(box(chat)).toContainText('tokens')
  expect(asked).toEqual(['Tell me of the river'])
})

test('what a conversation costs is asked for once it is known to be there', async ({ chat }) => {
  const { page } = chat
  await chat.ask('Tell me of the river')
  const asked: string[] = []
  page.on('request', (request) => {
    const [call] = /spending$|budgets\?conversationId/.exec(request.url()) ?? []
    if (call) asked.push(call)
  })
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await page.route(/\/api\/conversations\/[^/]+$/, async (route) => {
    await held
    await route.continue()
  })
  await page.reload()
  // What asks for estimates asks for the budgets too.
  const estimated = page.waitForRequest('**/api/estimate')
  await chat.composer.fill('And how deep is it?')
  await estimated
  expect(asked).toEqual([])
  goOn()
  await expect.poll(() => asked.toSorted()).toEqual(['budgets?conversationId', 'spending'])
})

test('a price that nobody has said is said in words, with the way to enter it', async ({ chat }) => {
  await chat.composer.fill('What does it cost?')
  await expect(box(chat)).toContainText('No price set')
  await box(chat).getByRole('link', { name: 'No price set' }).click()
  await expect(chat.page).toHaveURL(/\/settings\/prices$/)
})

test('a model of one’s own machine is free, and its tokens are known', async ({ chat }) => {
  await chat.page.getByRole('button', { name: /^Model/ }).click()
  await chat.page.getByRole('option', { name: 'rill-demo', exact: true }).click()
  await chat.composer.fill('What does it cost?')
  await expect(box(chat)).toContainText('tokens, free')
})

test('the numbers run while a reply is written and move nothing, and stand under it when it ends', async ({
  chat,
  house,
  upstream,
}) => {
  await setPrice(chat, house.upstreamPort, { input: '200', output: '800', contextWindow: 4000 })
  await chat.reload()
  const gate = randomUUID()
  const last = randomUUID()
  upstream.script([
    ...paced(numbered(1, 60), 40),
    { until: gate },
    { delta: 'The end.' },
    { until: last },
    reported(1000, 240),
  ])
  await chat.send('Tell me of the river')
  const ticker = chat.reply.getByText(/^about \d+ tokens · \$0\.\d+$/)
  await expect(chat.reply).toContainText('w0060')
  const before = await ticker.boundingBox()
  upstream.open(gate)
  await expect(chat.reply).toContainText('The end.')
  const after = await ticker.boundingBox()
  expect([after?.x, after?.y, after?.height]).toEqual([before?.x, before?.y, before?.height])
  upstream.open(last)
  await chat.ended('completed')
  await expect(chat.reply).toContainText('$0.39')
  await expect(chat.reply).not.toContainText('tokens')
  await expect(foot(chat)).toContainText('This conversation: $0.39 · 1,240 tokens')
  const gauge = chat.page.getByRole('meter', { name: 'Context used' })
  await expect(gauge).toHaveAttribute('aria-valuetext', '1,240 tokens of 4,000, 31%')
})

test('the details tell all that was counted, by which price, and give the ids', async ({
  chat,
  context,
  house,
  upstream,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await setPrice(chat, house.upstreamPort, { input: '200', output: '800' })
  upstream.script([{ delta: 'Well.' }, { until: 'it is read' }, { wait: 100 }, { delta: ' Yes.' }, reported(1000, 240)])
  await chat.send('Is it?')
  await expect(chat.reply).toContainText('Well.')
  upstream.open('it is read')
  await chat.ended('completed')
  const opener = await openDetails(chat)
  const details = chat.page.getByRole('dialog', { name: 'Details of the reply' })
  for (const words of [
    /Tokens in1,000/,
    /Tokens out240/,
    /from provider/,
    /Cost\$0\.39/,
    /\$200\.00 in, \$800\.00 out per million/,
    /price of \w+ \d+, \d{4}/,
    /Time to first token[\d.]+ m?s/,
    /Speed[\d,.]+ tokens\/s/,
    /Total time[\d.]+ m?s/,
    /Attempts1/,
    /Modelscripted/,
    /ProviderThis server/,
    /StatusComplete/,
  ])
    await expect(details).toContainText(words)
  await details.getByRole('button', { name: 'Copy generation ID' }).click()
  const id = await chat.page.evaluate(() => navigator.clipboard.readText())
  expect((await chat.page.request.get(`/api/generations/${id}`)).status()).toBe(200)
  await chat.page.keyboard.press('Escape')
  await expect(details).toBeHidden()
  await expect(opener).toBeFocused()
})

test('an answer that was stopped says that its numbers are estimates', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'On and on and on.' }, { until: 'never' }])
  await chat.send('Go on')
  await expect(chat.reply).toContainText('On and on')
  await chat.stopButton.click()
  await chat.ended('stopped')
  await openDetails(chat)
  const details = chat.page.getByRole('dialog', { name: 'Details of the reply' })
  await expect(details).toContainText('estimated by Rill')
  await expect(details).toContainText('No price set')
})

test('what will be left out is said before it is sent, and a window that fills warns', async ({
  chat,
  house,
  upstream,
}) => {
  await setPrice(chat, house.upstreamPort, { contextWindow: 300, maxOutput: 40 })
  await chat.reload()
  upstream.script([{ delta: 'Fine.' }, reported(230, 20)])
  await chat.ask('one '.repeat(100))
  const gauge = chat.page.getByRole('meter', { name: 'Context used' })
  await expect(gauge).toHaveAttribute('aria-valuetext', /83%$/)
  await chat.composer.fill('two '.repeat(100))
  await expect(chat.page.getByText('The oldest message no longer fits and won’t be sent.')).toBeVisible()
  await chat.composer.fill('two')
  await expect(chat.page.getByText('The oldest message no longer fits')).toBeHidden()
})

test.describe('a browser in Tokyo', () => {
  test.use({ timezoneId: 'Asia/Tokyo' })

  test('tells its time zone once', async ({ chat }) => {
    const settings = async () => await (await chat.page.request.get('/api/settings')).json()
    await expect.poll(async () => (await settings()).timeZone).toBe('Asia/Tokyo')
    const saves: string[] = []
    chat.page.on('request', (request) => {
      if (request.method() === 'PATCH') saves.push(request.url())
    })
    await chat.reload()
    await chat.composer.fill('Any')
    await expect(box(chat)).toContainText('tokens')
    expect(saves).toEqual([])
  })
})

for (const colorScheme of looks) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('axe finds nothing on the numbers, their details and the estimate', async ({ chat, house, upstream }) => {
      await setPrice(chat, house.upstreamPort, { contextWindow: 300, maxOutput: 40 })
      await chat.reload()
      upstream.script([{ delta: 'Fine.' }, reported(230, 20), end])
      await chat.ask('Well?')
      await chat.composer.fill('two')
      await expect(box(chat)).toContainText('tokens')
      expect(await axeComplaints(chat.page)).toEqual([])
      await openDetails(chat)
      await expect(chat.page.getByRole('dialog', { name: 'Details of the reply' })).toContainText('per million')
      expect(await axeComplaints(chat.page)).toEqual([])
    })
  })
}
