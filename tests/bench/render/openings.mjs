// What it takes to open what is long, and to have much open.
import { randomUUID } from 'node:crypto'
import { addTurns } from '../../stored-turns.mjs'
import { limit } from '../report.mjs'
import { answer, turn } from './answer.mjs'
import { begun, ended, send } from './pages.mjs'
import { heapOf, probe } from './probe.mjs'
import { order } from './upstream.mjs'

const settledMs = 500
const together = 8
const answersKept = 20
const tokensKept = 5000

/** `{name, what, measure(browser, rill, upstream)}`: figures by name. */
export const openings = [
  {
    name: 'stored',
    what: 'a stored answer of 100,000 tokens is opened from the sidebar',
    measure: (browser, rill) =>
      opened(browser, rill, 1, () => ({ prompt: 'Much', reply: answer('prose', 100_000).join('') })),
  },
  ...[1000, 5000].map((messages) => ({
    name: `messages-${messages}`,
    what: `a conversation of ${messages.toLocaleString('en')} messages is opened from the sidebar`,
    measure: (browser, rill) => opened(browser, rill, messages / 2 - 1, turn),
  })),
  { name: 'eight', what: 'eight conversations at 200 tokens a second, one of them in sight', measure: eightAtOnce },
  { name: 'kept', what: 'twenty answers of 5,000 tokens, one after the other', measure: twentyAnswers },
]

export const openingLimits = [
  ['stored', limit('text on the screen, ms', (of) => of.stored.shown, 300)],
  ['stored', limit('longest task, ms', (of) => of.stored.worstTask, 50)],
  ['stored', limit('layout shift', (of) => of.stored.shift, 0.02)],
  ['messages-5000', limit('text on the screen, ms', (of) => of['messages-5000'].shown, 500)],
  ['messages-5000', limit('ms, × 1,000 messages', (of) => of['messages-5000'].shown / of['messages-1000'].shown, 1.2)],
  ['messages-5000', limit('DOM nodes', (of) => of['messages-5000'].nodes, 1500)],
  ['eight', limit('frames dropped, %', (of) => (100 * of.eight.dropped) / of.eight.frames, 2)],
  ['eight', limit('worst gap between frames, ms', (of) => of.eight.worstGap, 50)],
  ['kept', limit('MB that an answer leaves, × its text', (of) => of.kept.left, 8)],
]

/** Opens a conversation that has turns added to it, from an empty page. */
async function opened(browser, rill, turns, textOf) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(rill.address)
  const title = `Open ${randomUUID()}`
  await send(page, `${title} ${order({ before: 3 })}`)
  await page.waitForURL(/\/c\//)
  await ended(page)
  const id = new URL(page.url()).pathname.split('/').at(-1)
  addTurns(rill.dataDir, id, turns, textOf)
  await page.goto(rill.address)
  const link = page.locator(`a[href="/c/${id}"]`)
  await link.waitFor()
  // The page has all its code by then, as it has when somebody chooses a conversation.
  await page.waitForTimeout(settledMs)
  const looking = await probe(page, '.markdown')
  await looking.begin()
  const shown = await link.evaluate(
    (element) =>
      new Promise((done) => {
        const from = performance.now()
        const look = () => {
          const there = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('[data-message-text]')
          if (there) done(performance.now() - from)
          else requestAnimationFrame(look)
        }
        element.click()
        requestAnimationFrame(look)
      }),
  )
  await looking.still(settledMs)
  const figures = await looking.end()
  await context.close()
  return { ...figures, shown }
}

async function eightAtOnce(browser, rill, upstream) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(rill.address)
  for (let each = 1; each <= together; each++) {
    await startNew(page, rill)
    await send(page, order({ rate: 200, tokens: 1600 }))
    await begun(upstream, each)
  }
  const looking = await probe(page, '.markdown')
  await page.waitForTimeout(settledMs)
  await looking.begin()
  upstream.go()
  await ended(page)
  const figures = await looking.end()
  await context.close()
  return figures
}

async function startNew(page, { address }) {
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'New conversation' }).click()
  await page.waitForURL(`${address}/`)
}

/** How much more is held after the last answers than before them, against the size of their text. */
async function twentyAnswers(browser, rill, upstream) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(rill.address)
  const { session } = await probe(page, '.markdown')
  const heaps = []
  for (let each = 0; each < answersKept; each++) {
    await startNew(page, rill)
    await send(page, order({ rate: 5000, tokens: tokensKept }))
    await begun(upstream)
    upstream.go()
    await ended(page)
    heaps.push(await heapOf(session))
  }
  await context.close()
  const half = answersKept / 2
  const text = (answer('prose', tokensKept).join('').length * half) / 2 ** 20
  return { heap: heaps.at(-1), left: (heaps.at(-1) - heaps[half - 1]) / text }
}
