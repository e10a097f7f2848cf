import type { Page } from '@playwright/test'
import { choice } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { Chat, end, paced } from '../chat'
import { expect, test } from '../fixtures'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
const picture = `data:image/png;base64,${png}`

const tags = `H<sub>2</sub>O and x<sup>2</sup>, <kbd>Esc</kbd>, <mark>seen</mark>, <u>under</u>, <b>bold</b>, <i>it</i>.

| what | how |
|---|---|
| one<br>two | <ul><li>first</li><li>second</li></ul> |
| \`a || b\` | $|a| = 3$ |
| $P(A|B)$ | words | surplus words |

<details>
<summary>More of **it**</summary>

Folded *words*.

</details>

Some <span style="color:red">text</span>.`

const blocks = `Above
---
##标题

\`\`\`markdown
# Readme
\`\`\`bash
npm install
\`\`\`
Last of it
\`\`\`

After **the fence**. Here is [one][2].

**Sources**

[1]: https://a.example/first
[2]: https://b.example/second`

const drawn = `![a dot](${picture})

\`\`\`mermaid
flowchart LR
  A[Load (fast)] --> B{Is it (ok)?}
\`\`\`

| a | b | c | d | e | f | g | h |
|---|---|---|---|---|---|---|---|
| 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |`

interface Conversation {
  prompt: string
  steps: Step[]
  check(chat: Chat): Promise<void>
}

const conversations: Conversation[] = [
  { prompt: 'Harmless tags', steps: written(tags), check: checkTags },
  { prompt: 'Blocks', steps: written(blocks), check: checkBlocks },
  { prompt: 'What is drawn', steps: written(drawn), check: checkDrawn },
  { prompt: 'Thoughts', steps: written('[THINK]The river is long, and so'), check: checkThoughts },
]

test('blocks as models write them, while they come, at the end and after a reload', async ({ chat, upstream }) => {
  for (const { prompt, steps } of conversations) upstream.scriptFor(prompt, steps)
  const context = chat.page.context()
  const chats = await Promise.all(
    conversations.map(async (_, place) => {
      const opened = place === 0 ? chat : new Chat(await context.newPage())
      if (place > 0) await opened.page.goto('/')
      return opened
    }),
  )
  await watchForMarks(chat.page)
  await Promise.all(
    conversations.map(async ({ prompt, check }, place) => {
      const chat = chats[place]
      if (!chat) return
      await chat.send(prompt)
      await expect(chat.reply).toHaveAttribute('data-status', 'completed', { timeout: 40_000 })
      await check(chat)
    }),
  )
  expect(await chat.page.evaluate(() => ('seenMarks' in window ? window.seenMarks : null))).toEqual([])
  for (const [place, { check }] of conversations.entries()) {
    const chat = chats[place]
    if (!chat) continue
    await chat.page.bringToFront()
    await chat.page.reload()
    await check(chat)
  }
})

test('a reply of one picture is a reply, and its history holds no picture', async ({ chat, upstream }) => {
  const images = [{ type: 'image_url', image_url: { url: picture } }]
  upstream.script([{ write: choice({ delta: { content: '', images } }) }, end])
  await chat.ask('Draw a dot')
  await expect(chat.reply.getByRole('img', { name: 'Image' })).toBeVisible()
  upstream.script([{ delta: 'Fine.' }, end])
  await chat.ask('And again')
  const { body } = await upstream.request(1)
  expect(JSON.stringify(body)).not.toContain(png)
  expect(JSON.stringify(body)).toContain('[Image]')
})

test('a selection is copied as it was written, and the head of long code stays in sight', async ({
  chat,
  upstream,
}) => {
  const lines = Array.from({ length: 120 }, (_, line) => `line${line} = ${line}`)
  upstream.script([
    {
      delta: `So $x^2$ and more.\n\n$$\n\\frac{a}{b}\n$$\n\n| h | i |\n|---|---|\n| 1 | $y$ |\n\n\`\`\`py\n${lines.join('\n')}\n\`\`\`\n\nThe end.`,
    },
    end,
  ])
  await chat.ask('Copy')
  const { page, reply } = chat
  await expect(reply.locator('.katex-html')).toHaveCount(3)
  const copied = await copiedFrom(page, () => {
    const text = document.querySelector('[aria-label="Reply"] [data-message-text]')
    if (text) document.getSelection()?.selectAllChildren(text)
  })
  expect(copied.text).toBe(`So $x^2$ and more.\n\n$$\\frac{a}{b}$$\n\nh\ti\n1\t$y$\n\n${lines.join('\n')}\n\nThe end.`)
  expect(copied.html).toContain('<td>1</td><td>$y$</td>')
  expect(copied.html).not.toMatch(/katex|class=|<button/)
  const row = await copiedFrom(page, () => {
    const cells = document.querySelectorAll('[aria-label="Reply"] td')
    const range = document.createRange()
    range.setStart(cells[0]?.firstChild ?? document.body, 0)
    range.setEndAfter(cells[1]?.lastChild ?? document.body)
    document.getSelection()?.removeAllRanges()
    document.getSelection()?.addRange(range)
  })
  expect(row.text).toBe('1\t$y$')
  expect(row.html).toMatch(/^<table>.*<\/table>$/)

  await page.evaluate(() => document.getSelection()?.removeAllRanges())
  await chat.transcript.evaluate((log) => log.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 })))
  await reply.locator('pre').evaluate((code) => code.scrollIntoView({ block: 'center' }))
  await expect(reply.getByRole('button', { name: 'Copy code' })).toBeInViewport()
  const [head, log] = await Promise.all([reply.locator('figcaption').boundingBox(), chat.transcript.boundingBox()])
  expect(Math.abs((head?.y ?? 0) - (log?.y ?? 99))).toBeLessThan(2)
})

async function checkTags({ reply }: Chat): Promise<void> {
  for (const [name, words] of Object.entries({
    sub: '2',
    sup: '2',
    kbd: 'Esc',
    mark: 'seen',
    u: 'under',
    b: 'bold',
    i: 'it',
  }))
    await expect(reply.locator(`p > ${name}`)).toHaveText(words)
  await expect(reply.locator('td br')).toHaveCount(1)
  await expect(reply.locator('td li')).toHaveText(['first', 'second'])
  await expect(reply.locator('td code').first()).toHaveText('a || b')
  await expect(reply.locator('td .katex-html')).toHaveCount(2)
  await expect(reply.getByRole('cell', { name: 'surplus words' })).toBeVisible()
  await expect(reply.getByText('Folded words.')).toBeHidden()
  await reply.locator('summary').click()
  await expect(reply.getByText('Folded words.')).toBeVisible()
  await expect(reply.getByText('<span style="color:red">text</span>')).toBeVisible()
}

async function checkBlocks({ reply }: Chat): Promise<void> {
  await expect(reply.locator('p').first()).toHaveText('Above')
  await expect(reply.locator('hr')).toHaveCount(1)
  await expect(reply.getByRole('heading')).toHaveText('标题')
  await expect(reply.locator('.code-block')).toHaveCount(1)
  await expect(reply.locator('pre')).toHaveText('# Readme\n```bash\nnpm install\n```\nLast of it')
  await expect(reply.locator('strong').first()).toHaveText('the fence')
  await expect(reply.getByRole('link', { name: 'one' })).toHaveAttribute('href', 'https://b.example/second')
  await expect(reply.locator('.link-list li')).toHaveText(['[1] https://a.example/first'])
}

async function checkDrawn({ reply }: Chat): Promise<void> {
  const dot = reply.getByRole('img', { name: 'a dot' })
  await expect(dot).toBeVisible()
  expect(await dot.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth)).toBe(1)
  await expect(reply.getByRole('img', { name: /^Diagram: flowchart/ })).toBeVisible({ timeout: 15_000 })
  const widths = await reply
    .locator('td')
    .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().width))
  expect(Math.min(...widths)).toBeGreaterThan(80)
  await expect(reply.locator('.table-scroller')).toHaveAttribute('data-more')
}

async function checkThoughts({ reply }: Chat): Promise<void> {
  await expect(reply.getByRole('button', { name: /unfinished/ })).toHaveAttribute('aria-expanded', 'true')
  await expect(reply.getByText('The river is long, and so')).toBeVisible()
}

/** About twenty tokens a second. */
function written(text: string): Step[] {
  return [...paced(text.match(/[\s\S]{1,5}/g) ?? [], 50), end]
}

/** Notes whatever stands in the reply as a raw mark, if only for a frame. */
async function watchForMarks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seenMarks: string[] = []
    Object.assign(window, { seenMarks })
    const look = () => {
      const text = document.querySelector('[aria-label="Reply"] [data-message-text]')?.textContent ?? ''
      const mark = /<\/?(?:su|kb|ma|br|ul|li|de|b\b|u\b|i\b)[a-z]*/.exec(text)?.[0]
      if (mark) seenMarks.push(mark)
      requestAnimationFrame(look)
    }
    look()
  })
}

/** What a selection puts on the clipboard. */
async function copiedFrom(page: Page, select: () => void): Promise<{ text: string; html: string }> {
  // Who selects text with the mouse leaves the composer.
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
  await page.evaluate(select)
  await page.evaluate(() => {
    const { dataset } = document.documentElement
    delete dataset.copied
    const note = ({ clipboardData }: ClipboardEvent) => {
      const [text, html] = ['text/plain', 'text/html'].map((type) => clipboardData?.getData(type))
      dataset.copied = JSON.stringify({ text, html })
    }
    window.addEventListener('copy', note, { once: true })
  })
  await page.keyboard.press('ControlOrMeta+c')
  const root = page.locator('html')
  await expect(root).toHaveAttribute('data-copied', /./)
  return JSON.parse((await root.getAttribute('data-copied')) ?? '{}')
}
