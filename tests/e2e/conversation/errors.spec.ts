import { done, finish } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { end } from '../chat'
import { expect, test } from '../fixtures'

interface Refusal {
  name: string
  status: number
  type?: string
  body: string
  /** What Rill says, and what it says to do. */
  words: RegExp
  next: RegExp
  /** What the provider said and is no sentence: in a fold. */
  folded?: string
}

function errorBody(message: string, code: string): string {
  return JSON.stringify({ error: { message, type: code, param: null, code } })
}

const refusals: Refusal[] = [
  {
    name: 'a key that is refused (401)',
    status: 401,
    body: errorBody('Incorrect API key provided.', 'invalid_api_key'),
    words: /Incorrect API key provided\./,
    next: /key in the server’s own settings/i,
  },
  {
    name: 'too many requests (429)',
    status: 429,
    body: errorBody('Rate limit reached for requests.', 'rate_limit_exceeded'),
    words: /Rate limit reached for requests\./,
    next: /try again/i,
  },
  {
    name: 'a fault of the provider (500)',
    status: 500,
    body: errorBody('The engine is on fire.', 'server_error'),
    words: /The engine is on fire\./,
    next: /try again/i,
  },
  {
    name: 'a web page in place of an answer (502)',
    status: 502,
    type: 'text/html',
    body: '<html><body><h1>Bad gateway</h1><script>document.title = "no"</script></body></html>',
    words: /responded with a web page \(502\)/,
    next: /try again/i,
  },
  {
    name: 'a password that a proxy wants (401)',
    status: 401,
    type: 'text/html',
    body: '<html><head><title>401 Authorization Required</title></head><body><center><h1>401 Authorization Required</h1></center><hr><center>nginx/1.27.0</center></body></html>',
    words: /proxy in front of the provider requires a password \(401\)/,
    next: /add the header/i,
  },
  {
    name: 'a reason within a reason (404)',
    status: 404,
    body: JSON.stringify({
      error: {
        message: 'Provider returned error',
        code: 404,
        metadata: { raw: errorBody('This is not a chat model.', 'invalid_request_error'), provider_name: 'Creek' },
      },
    }),
    words: /This is not a chat model\./,
    next: /choose another model/i,
  },
  {
    name: 'a word that is no sentence (529)',
    status: 529,
    body: errorBody('Overloaded', 'overloaded_error'),
    words: /The provider returned an error\./,
    next: /try again/i,
    folded: 'Overloaded',
  },
]

function refuse({ status, type = 'application/json', body }: Refusal): Step[] {
  return [
    { status, headers: { 'content-type': type, 'x-request-id': 'req-of-the-upstream' } },
    { write: body },
    { end: true },
  ]
}

for (const refusal of refusals) {
  test(`says in place what went wrong: ${refusal.name}`, async ({ chat, upstream }) => {
    upstream.script(refuse(refusal))
    await chat.send('What is the time?')
    await chat.ended('failed')
    await expect(chat.reply).toContainText(refusal.words)
    await expect(chat.reply).toContainText(refusal.next)
    await expect(chat.page.getByRole('alert').filter({ hasText: refusal.words })).toBeAttached()
    const fold = chat.reply.getByText('Provider message')
    if (refusal.folded === undefined) await expect(fold).toHaveCount(0)
    else {
      const said = chat.reply.getByText(refusal.folded, { exact: true })
      await expect(said).toBeHidden()
      await fold.click()
      await expect(said).toBeVisible()
    }
    await expect(chat.reply).toContainText(`Status ${refusal.status}`)
    await expect(chat.reply).toContainText('req-of-the-upstream')
    await expect(chat.sendButton).toBeVisible()
  })
}

test('an answer that the model allows no longer is asked for as long as it allows', async ({ chat, upstream }) => {
  upstream.script([
    { status: 400, headers: { 'content-type': 'application/json' } },
    { write: errorBody('max_tokens must be at most 4096', 'invalid_request_error') },
    { end: true },
  ])
  await chat.send('Tell me everything')
  await chat.ended('failed')
  await expect(chat.reply).toContainText('max_tokens must be at most 4096.')
  await expect(chat.reply).toContainText('Ask for a shorter reply')
  upstream.script([{ delta: 'This is it.' }, end])
  await chat.reply.getByRole('button', { name: /^Limit to 4.096 tokens and retry$/ }).click()
  await chat.ended('completed')
  expect((await upstream.request(1)).body).toMatchObject({ max_tokens: 4096 })
})

test('Retry makes a branch, and keeps what was there', async ({ chat, upstream }) => {
  upstream.script([{ status: 500 }, { write: errorBody('Not today.', 'server_error') }, { end: true }])
  await chat.send('What is the time?')
  await chat.ended('failed')
  upstream.script([{ delta: 'It is noon.' }, end])
  await chat.reply.getByRole('button', { name: 'Retry', exact: true }).click()
  await chat.ended('completed')
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.reply).toContainText('It is noon.')
  // What failed is no part of what the model is asked.
  expect((await upstream.request(1)).body.messages).toEqual([{ role: 'user', content: 'What is the time?' }])

  await expect(chat.reply).toContainText('2/2')
  await chat.reply.getByRole('button', { name: 'Previous branch' }).click()
  await chat.ended('failed')
  await expect(chat.reply).toContainText('1/2')
  await chat.reply.getByRole('button', { name: 'Next branch' }).click()
  await expect(chat.reply).toContainText('It is noon.')
  await chat.reload()
  await expect(chat.reply).toContainText('It is noon.')
  await expect(chat.reply).toContainText('2/2')
})

test('a cut answer keeps its text and says that it was cut', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'The first half of' }, { cut: true }])
  await chat.send('Tell me everything')
  await chat.ended('interrupted')
  await expect(chat.reply).toContainText('The first half of')
  await expect(chat.reply).toContainText('Reply interrupted')
  await chat.reload()
  await chat.ended('interrupted')
  await expect(chat.reply).toContainText('The first half of')
})

test('an upstream that is not there is said so', async ({ chat, upstream }) => {
  await upstream.stop()
  await chat.send('Anybody?')
  await chat.ended('failed')
  await expect(chat.reply).toContainText('Nothing is running at that address')
})

test('says of prompts that were not answered whether the model is told of them', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Hello.' }, end])
  await chat.send('Hello')
  await chat.ended('completed')
  upstream.script([{ status: 400 }, { write: errorBody('Not now.', 'bad') }, { end: true }])
  await chat.send('What is the time?')
  await chat.ended('failed')
  await expect(chat.reply).toContainText('Not answered. It will be sent with your next message.')
  upstream.script([{ write: finish('content_filter') + done }, { end: true }])
  await chat.send('Tell me a secret')
  await chat.ended('failed')
  await expect(chat.reply).toContainText('Not answered. Not sent to the model.')
  await expect(chat.reply.getByRole('button', { name: 'Retry', exact: true })).toBeVisible()
  await expect(chat.replies.nth(1)).toContainText('Not answered. Sent with your next message.')
  upstream.script([{ delta: 'It is noon.' }, end])
  await chat.send('And now?')
  await chat.ended('completed')
  await expect(chat.replies.filter({ hasText: 'Not answered' })).toHaveCount(2)
  expect((await upstream.request(3)).body.messages?.at(-1)).toEqual({
    role: 'user',
    content: 'What is the time?\n\nAnd now?',
  })
  await chat.reload()
  await expect(chat.replies.nth(1)).toContainText('Not answered. Sent with your next message.')
  await expect(chat.replies.nth(2)).toContainText('Not answered. Not sent to the model.')
})
