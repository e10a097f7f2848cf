import type { Locator, Page } from '@playwright/test'
import { addTurns } from '../stored-turns.mjs'
import { end } from './chat'
import { expect, test } from './fixtures'

/** Of very different heights, so that a guess of them is wrong. */
function turn(place: number) {
  const lines = Array.from({ length: (place * 7) % 23 }, (_, line) => `Line ${line} of reply ${place}.`)
  const brook = place === 40 ? ['Here is a *hidden* brook.'] : []
  return {
    prompt: `Prompt number ${place}`,
    reply: [`Reply **number ${place}** begins.`, ...lines, ...brook, `The end of ${place}.`].join('\n\n'),
  }
}

test.beforeEach(async ({ chat, upstream }) => {
  upstream.script([{ delta: 'The first reply.' }, end])
  await chat.ask('The first prompt')
})

const nodes = (page: Page) => page.evaluate(() => document.querySelectorAll('main *').length)
/** Where a message stands in the window, in pixels from the top of the transcript. */
const placeOf = (page: Page, words: string) =>
  page
    .getByRole('log')
    .getByText(words, { exact: true })
    .evaluate((element) => {
      const log = element.closest('[role="log"]')
      return element.getBoundingClientRect().top - (log?.getBoundingClientRect().top ?? 0)
    })

test('a conversation of thousands opens at its end, with few nodes, and its beginning can be scrolled to', async ({
  chat,
  rill,
}) => {
  const { page } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 2_500, turn)
  await chat.reload()
  await expect(chat.transcript.getByText('The end of 2499.')).toBeInViewport()
  expect(await nodes(page)).toBeLessThan(1_500)
  await chat.transcript.press('Home')
  await chat.transcript.evaluate((element) => element.scrollTo({ top: 0 }))
  await expect(chat.transcript.getByText('The first prompt')).toBeInViewport()
  expect(await nodes(page)).toBeLessThan(1_500)
  await page.getByRole('button', { name: 'Go to the end' }).click()
  await expect(chat.transcript.getByText('The end of 2499.')).toBeInViewport()
})

test('what is read stands still while the heights above it become known, and while a reply grows below', async ({
  chat,
  rill,
  upstream,
}) => {
  const { page } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 300, turn)
  await chat.reload()
  await expect(chat.transcript.getByText('The end of 299.')).toBeInViewport()
  const steps = Array.from({ length: 30 }, (_, step) => `step ${step}`)
  const lines = 'A line that grows.\n\n'.repeat(3)
  upstream.scriptFor('One more', [{ delta: lines }, ...steps.flatMap((until) => [{ until }, { delta: lines }]), end])
  await chat.send('One more')
  await expect(chat.reply).toContainText('A line that grows.')
  await chat.transcript.hover()
  await page.mouse.wheel(0, -1_500)
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, -200)
      return await firstInSight(page)
    })
    .not.toBe('')
  // Up in steps, through turns that have never been measured.
  for (const step of steps) {
    const seen = await firstInSight(page)
    const before = await placeOf(page, seen)
    upstream.open(step)
    await page.mouse.wheel(0, -120)
    await expect.poll(() => placeOf(page, seen)).toBeCloseTo(before + 120, -1)
  }
  await chat.ended('completed')
})

const firstInSight = (page: Page) =>
  page.getByRole('log').evaluate((log) => {
    const sight = log.getBoundingClientRect()
    const lines = [...log.querySelectorAll('[data-message-text], p')]
    const seen = lines.find((each) => {
      const { top } = each.getBoundingClientRect()
      const inside = top > sight.top + 40 && top < sight.bottom - 200
      // What is not measured yet stands anywhere, and is not shown.
      return inside && each.checkVisibility({ visibilityProperty: true }) && /^(Prompt|Line) /.test(each.textContent)
    })
    return seen?.textContent ?? ''
  })

test('a link leads to its message, on whichever branch, and marks it', async ({ chat, rill }) => {
  const { page } = chat
  const id = await chat.conversationId()
  const turns = addTurns(rill.dataDir, id, 400, turn)
  await page.goto('about:blank')
  await page.goto(`/c/${id}#message-${turns[37]?.replyId}`)
  const linked = page.locator(`[data-message="${turns[37]?.replyId}"]`)
  await expect(linked).toBeInViewport()
  await expect(linked).toBeFocused()
  await expect.poll(() => placeOf(page, 'number 37')).toBeLessThan(120)
  await page.evaluate((hash) => {
    window.location.hash = hash
  }, `#message-${turns[399]?.promptId}`)
  await expect(page.locator(`[data-message="${turns[399]?.promptId}"]`)).toBeFocused()
})

test('find looks in what is not on the screen, goes from place to place, and gives the focus back', async ({
  chat,
  rill,
}) => {
  const { page } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 600, turn)
  await chat.reload()
  await expect(chat.transcript.getByText('The end of 599.')).toBeInViewport()
  const box = await openFind(page)
  await box.fill('a HIDDEN brook')
  const status = page.getByRole('search').getByRole('status')
  await expect(status).toHaveText('1')
  await box.press('Enter')
  await expect(status).toHaveText('1 of 1')
  await expect(chat.transcript.getByText('Here is a hidden brook.')).toBeInViewport()
  await expect.poll(() => marked(page, 'find-current')).toEqual(['a hidden brook'])
  await box.fill('prompt number 59')
  await expect(status).toHaveText('11')
  await box.press('Enter')
  await expect(chat.transcript.getByText('Prompt number 59', { exact: true })).toBeInViewport()
  await box.press('Enter')
  await expect(status).toHaveText('2 of 11')
  await expect(chat.transcript.getByText('Prompt number 590', { exact: true })).toBeInViewport()
  await box.press('Shift+Enter')
  await box.press('Shift+Enter')
  await expect(status).toHaveText('11 of 11')
  await expect(chat.transcript.getByText('Prompt number 599', { exact: true })).toBeInViewport()
  await box.fill('nowhere to be found')
  await expect(status).toHaveText('None found')
  await box.press('Escape')
  await expect(box).toBeHidden()
  await expect(chat.composer).toBeFocused()
})

/** Long enough to be mounted bit by bit, and of blocks whose heights are no easy guess. */
function longReply() {
  const sections = Array.from({ length: 400 }, (_, place) => [
    `## Section ${place}`,
    'A sentence with **some** marks in it. '.repeat(1 + ((place * 5) % 9)),
    place % 3 === 0 ? '```js\nconst one = 1\n```' : '| a | b |\n| - | - |\n| 1 | js and CSV |',
    place === 7 ? 'Here is a *hidden* spring.' : 'And on.',
  ])
  return [...sections.flat(), 'The end of it all.'].join('\n\n')
}

// The browser keeps its place in a short conversation, and Rill beside a long history.
for (const count of [1, 12])
  test(`what is read of a long reply stands still while the rest of it is mounted, after ${count} turns`, async ({
    chat,
    rill,
  }) => {
    const { page, transcript } = chat
    const long = { prompt: 'Much', reply: longReply() }
    addTurns(rill.dataDir, await chat.conversationId(), count, (place) => (place === count - 1 ? long : turn(place)))
    await page.addInitScript(() => {
      // From the first sight of the end on, a line is read further up, and where it stands is noted in each frame.
      const moves: number[] = []
      let line: Element | null = null
      let before = 0
      const frame = () => {
        const scroller = document.getElementById('transcript')
        const end = [...document.querySelectorAll('.markdown')].at(-1)?.lastElementChild
        if (!line && scroller && end?.textContent?.includes('The end of it all.')) {
          scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: -300 }))
          scroller.scrollTop -= 300
          line = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('h3, h4, p, table, pre') ?? null
        } else if (line) moves.push(Math.abs(line.getBoundingClientRect().top - before))
        before = line?.getBoundingClientRect().top ?? 0
        requestAnimationFrame(frame)
      }
      requestAnimationFrame(frame)
      Object.assign(window, { moves })
    })
    await chat.reload()
    await expect(transcript.getByText('The end of it all.')).toBeAttached()
    await expect(transcript.locator('.not-yet')).toHaveCount(0, { timeout: 30_000 })
    await expect(transcript.getByRole('heading', { name: 'Section 0', exact: true })).toBeAttached()
    const moves = await page.evaluate(() => ('moves' in window && Array.isArray(window.moves) ? window.moves : []))
    expect(moves.length).toBeGreaterThan(5)
    expect(Math.max(...moves)).toBeLessThanOrEqual(1)
  })

test('find goes to the right place of a long reply, past captions and what is still to be mounted', async ({
  chat,
  rill,
}) => {
  const { page, transcript } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 1, () => ({ prompt: 'Much', reply: longReply() }))
  await chat.reload()
  const box = await openFind(page)
  await box.fill('hidden spring')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('1')
  await box.press('Enter')
  await expect(transcript.getByText('Here is a hidden spring.')).toBeInViewport()
  await box.fill('js and csv')
  await box.press('Enter')
  await expect.poll(() => marked(page, 'find-current')).toEqual(['js and CSV'])
  await expect(transcript.getByText('js and CSV').first()).toBeInViewport()
})

/** Its code comes with the transcript's; until it is here, the keys are the browser's. */
async function openFind(page: Page): Promise<Locator> {
  const box = page.getByRole('textbox', { name: 'Find in conversation' })
  await expect(async () => {
    await page.keyboard.press('ControlOrMeta+f')
    await expect(box).toBeFocused({ timeout: 500 })
  }).toPass()
  return box
}

/** The words that a highlight marks. */
function marked(page: Page, name: string): Promise<string[]> {
  return page.evaluate((each) => {
    const ranges = [...(CSS.highlights.get(each) ?? [])]
    return ranges.map(({ startContainer, startOffset, endContainer, endOffset }) => {
      const range = document.createRange()
      range.setStart(startContainer, startOffset)
      range.setEnd(endContainer, endOffset)
      return range.toString()
    })
  }, name)
}
