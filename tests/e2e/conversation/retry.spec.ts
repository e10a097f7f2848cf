import { end } from '../chat'
import { expect, test } from '../fixtures'

test.use({ environment: { RILL_RETRY_ATTEMPTS: '3', RILL_RETRY_BASE_MS: '50', RILL_STREAMS_PER_PERSON: '1' } })

const limited = (seconds: number) => [
  { status: 429, headers: { 'content-type': 'application/json', 'retry-after': String(seconds) } },
  { write: JSON.stringify({ error: { message: 'Slow down.', code: 'rate_limit_exceeded' } }) },
  { end: true as const },
]

test('a rate limit is waited for in sight: it counts down, survives a reload, and Retry now ends it', async ({
  chat,
  upstream,
}) => {
  upstream.script(limited(40))
  await chat.send('Are you there?')
  await expect(chat.reply).toContainText(/Rate limited.*Trying again in (40|39) s \(2 of 3\)/)
  await expect(chat.reply).toContainText(/in 3[0-8] s/)
  await chat.reload()
  await expect(chat.reply).toContainText(/Trying again in [23]\d s \(2 of 3\)/)
  upstream.script([{ delta: 'Here I am.' }, end])
  await chat.reply.getByRole('button', { name: 'Retry now' }).click()
  await chat.ended('completed')
  await expect(chat.reply).toContainText('Here I am.')
  await expect(chat.reply).not.toContainText('Rate limited')
  expect(upstream.requests).toHaveLength(2)
})

test('a wait that could not be ended says so in its place, and goes on', async ({ chat, complaints, upstream }) => {
  complaints.expect(/status of 503 .*\/retry/)
  const { page } = chat
  upstream.script(limited(40))
  await chat.send('Are you there?')
  const away = { error: { kind: 'internal', message: 'Rill cannot reach its database.', retryable: true } }
  await page.route(/\/retry$/, (route) => route.fulfill({ status: 503, json: away }))
  const retryNow = chat.reply.getByRole('button', { name: 'Retry now' })
  await retryNow.click()
  await expect(chat.reply.getByRole('alert')).toHaveText('Still waiting. Rill cannot reach its database.')
  await expect(chat.reply).toContainText('Trying again in')
  await page.unroute(/\/retry$/)
  upstream.script([{ delta: 'Here I am.' }, end])
  await retryNow.click()
  await chat.ended('completed')
})

test('Cancel ends a wait, keeps its reason and the focus, and nothing more is asked', async ({ chat, upstream }) => {
  upstream.script(limited(30))
  await chat.send('Are you there?')
  await expect(chat.reply).toContainText('Trying again in')
  await chat.reply.getByRole('button', { name: 'Cancel' }).click()
  await chat.ended('stopped')
  await expect(chat.composer).toBeFocused()
  await expect(chat.reply).toContainText('Stopped. Rate limited.')
  await chat.reload()
  await expect(chat.reply).toContainText('Stopped. Rate limited.')
  expect(upstream.requests).toHaveLength(1)
})

test('a reply more than the server runs at once is refused at once, and the prompt is back in the box', async ({
  chat,
  complaints,
  upstream,
}) => {
  complaints.expect(/status of 429/)
  upstream.script([{ delta: 'On and on' }, { until: 'never' }])
  await chat.send('The first')
  await expect(chat.reply).toContainText('On and on')
  await chat.startNew()
  await chat.send('One too many')
  const refusal = chat.page.getByRole('alert').filter({ hasText: 'Not sent' })
  // Sooner than any wait that the server could ask for.
  await expect(refusal).toBeVisible({ timeout: 2000 })
  await expect(refusal).toContainText('Your message is back in the text box.')
  await expect(chat.composer).toHaveValue('One too many')
  await chat.row('The first').getByRole('link').click()
  await chat.stopButton.click()
  await chat.ended('stopped')
})
