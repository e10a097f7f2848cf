import { Chat, end, numbered, paced, wordsIn } from '../chat'
import { expect, test } from '../fixtures'

test('shows text before the stream ends', async ({ chat, upstream }) => {
  upstream.script([
    { delta: 'First piece.' },
    { until: 'second' },
    { delta: ' Second piece.' },
    { until: 'third' },
    { delta: ' Third piece.' },
    { until: 'the end' },
    end,
  ])
  await chat.send('Tell me something in three pieces')
  await expect(chat.reply).toContainText('First piece.')
  await chat.running()

  upstream.open('second')
  await expect(chat.reply).toContainText('First piece. Second piece.')
  await chat.running()

  upstream.open('third')
  await expect(chat.reply).toContainText('First piece. Second piece. Third piece.')
  await chat.running()
  await expect(chat.stopButton).toBeVisible()

  upstream.open('the end')
  await chat.ended('completed')
  await expect(chat.sendButton).toBeVisible()
  await expect(chat.page.getByRole('status').filter({ hasText: 'Complete' })).toBeAttached()
  await expect(chat.composer).toBeFocused()
})

for (const motion of ['no-preference', 'reduce'] as const) {
  test.describe(`with motion: ${motion}`, () => {
    test.use({ contextOptions: { reducedMotion: motion } })
    test('the line beside a reply flows with its text, and only where motion is wanted', async ({ chat, upstream }) => {
      const moves = motion === 'no-preference'
      upstream.script([
        { until: 'some' },
        { delta: 'Some.' },
        { until: 'more' },
        { delta: ' More.' },
        { until: 'end' },
        end,
      ])
      await chat.send('Flow')
      const flow = chat.reply.locator('.stream-flow')
      /** What can be seen of it to move: by itself, and from one text to the next. */
      const seen = () =>
        flow.evaluate((element) => {
          const { backgroundImage, transform } = getComputedStyle(element)
          return [element.getAnimations().length > 0, backgroundImage === 'none' ? 'no pattern' : transform]
        })
      await expect(chat.reply).toContainText('Waiting for')
      expect((await seen())[0]).toBe(moves)
      upstream.open('some')
      await expect(chat.reply).toContainText('Some.')
      const first = await seen()
      expect(first[0]).toBe(false)
      upstream.open('more')
      await expect(chat.reply).toContainText('Some. More.')
      const second = await seen()
      expect(second[0]).toBe(false)
      expect(first[1] !== second[1]).toBe(moves)
      upstream.open('end')
      await chat.ended('completed')
      await expect(flow).toHaveCount(0)
    })
  })
}

test('a reload in mid-stream goes on with no gap and no duplicate', async ({ chat, upstream }) => {
  const words = numbered(1, 400)
  upstream.script([...paced(words.slice(0, 300), 4), { until: 'the end' }, ...paced(words.slice(300), 1), end])
  await chat.send('Count')
  await expect(chat.reply).toContainText('w0020')
  await chat.conversationId()
  await chat.reload()
  await chat.running()
  await expect(chat.reply).toContainText('w0150')
  await chat.reload()
  await expect(chat.reply).toContainText('w0300')
  await chat.running()

  upstream.open('the end')
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(words)
  await chat.reload()
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(words)
  expect(await chat.storedReply()).toBe(words.join(''))
  expect(upstream.requests).toHaveLength(1)
})

test('two tabs show the same stream, and a Stop in one shows in the other', async ({ chat, context, upstream }) => {
  const words = numbered(1, 60)
  upstream.script([
    ...paced(words.slice(0, 30), 1),
    { until: 'both look' },
    ...paced(words.slice(30), 1),
    { until: 'never' },
  ])
  await chat.send('Count')
  await expect(chat.reply).toContainText('w0030')
  const other = new Chat(await context.newPage())
  await other.open(`/c/${await chat.conversationId()}`)
  await expect(other.reply).toContainText('w0030')
  await other.running()

  upstream.open('both look')
  for (const each of [chat, other]) {
    await expect(each.reply).toContainText('w0060')
    expect(await wordsIn(each.reply)).toEqual(words)
  }
  await other.stopButton.click()
  for (const each of [other, chat]) {
    await each.ended('stopped')
    expect(await wordsIn(each.reply)).toEqual(words)
  }
})

test('a conversation that begins in one tab appears in the sidebar of another', async ({ chat, context, upstream }) => {
  const other = new Chat(await context.newPage())
  await other.open('/')
  upstream.script([{ delta: 'Here.' }, { until: 'never' }])
  await chat.send('Seen from elsewhere')
  await expect(chat.reply).toContainText('Here.')
  await other.page.bringToFront()
  // A hidden page looks again when it comes into sight; headless pages are never hidden, so this one is told.
  await other.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await expect(other.liveRows.filter({ hasText: 'Seen from elsewhere' })).toBeVisible()
})

test('closing the tab does not stop', async ({ chat, context, upstream }) => {
  const words = numbered(1, 80)
  upstream.script([...paced(words.slice(0, 40), 1), { until: 'the tab is closed' }, ...paced(words.slice(40), 1), end])
  await chat.send('Count')
  await expect(chat.reply).toContainText('w0040')
  const address = `/c/${await chat.conversationId()}`
  await chat.page.close()
  upstream.open('the tab is closed')
  const { closed } = await upstream.request(0)
  await closed

  const later = new Chat(await context.newPage())
  await later.open(address)
  await later.ended('completed')
  expect(await wordsIn(later.reply)).toEqual(words)
})

test('a turn sends the turns before it', async ({ chat, upstream }) => {
  upstream.scriptFor('My name is Ada', [{ delta: 'Hello, ' }, { delta: 'Ada.' }, end])
  upstream.scriptFor('What is my name', [{ delta: 'Ada.' }, end])
  await chat.ask('My name is Ada')
  await chat.ask('What is my name?')
  const { body } = await upstream.request(1)
  expect(body).toMatchObject({ model: 'scripted', stream: true, stream_options: { include_usage: true } })
  expect(body.messages).toEqual([
    { role: 'user', content: 'My name is Ada' },
    { role: 'assistant', content: 'Hello, Ada.' },
    { role: 'user', content: 'What is my name?' },
  ])
})

test('two conversations stream at the same time', async ({ chat, upstream }) => {
  const ones = numbered(1, 40)
  const others = numbered(1001, 1040)
  upstream.scriptFor('the first', [
    ...paced(ones.slice(0, 20), 1),
    { until: 'go on' },
    ...paced(ones.slice(20), 1),
    end,
  ])
  upstream.scriptFor('the second', [
    ...paced(others.slice(0, 20), 1),
    { until: 'go on' },
    ...paced(others.slice(20), 1),
    end,
  ])
  await chat.send('This is the first')
  await expect(chat.reply).toContainText('w0020')
  await chat.startNew()
  await chat.send('This is the second')
  await expect(chat.reply).toContainText('w1020')
  await expect(chat.liveRows).toHaveCount(2)

  upstream.open('go on')
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(others)
  await chat.row('This is the first').getByRole('link').click()
  await expect(chat.reply).toContainText('w0040')
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(ones)
  await expect(chat.liveRows).toHaveCount(0)
})

test('eight conversations stream at once, and the page still answers', async ({ chat, upstream }) => {
  upstream.script(({ prompt }) => [{ delta: `Answer to ${prompt}.` }, { until: 'go on' }, { delta: ' Done.' }, end])
  for (let index = 1; index <= 8; index += 1) {
    if (index > 1) await chat.startNew()
    await chat.send(`number ${index}`)
    await expect(chat.reply).toContainText(`Answer to number ${index}.`)
  }
  await expect(chat.liveRows).toHaveCount(8)
  await chat.row('number 1').getByRole('link').click()
  await expect(chat.reply).toContainText('Answer to number 1.')
  upstream.open('go on')
  for (let index = 1; index <= 8; index += 1) {
    await chat.row(`number ${index}`).getByRole('link').click()
    await expect(chat.reply).toContainText(`Answer to number ${index}. Done.`)
    await chat.ended('completed')
  }
})
