// The pages that are measured: Rill as a person has it, and the bare ones of the peers.
import { randomUUID } from 'node:crypto'
import { starters } from '../targets.mjs'
import { probe } from './probe.mjs'
import { order } from './upstream.mjs'

const stillness = 500

/** Gives the targets by name: `{name, measure(context, scenario)}`. */
export async function openTargets(upstream, peers) {
  const rill = await starters.rill(upstream.address, { nodeFlags: [] })
  const address = new URL(rill.url).origin
  const bare = ['plain', 'react-markdown', 'streamdown'].map((name) => [name, { name, measure: measurePeer(name) }])
  return { rill: { name: 'rill', address, dataDir: rill.dataDir, measure: measureRill }, ...Object.fromEntries(bare) }

  /** What is measured is the rest of an answer, after what has been there before; all of it from the send on if nothing was. */
  async function measureRill(context, scenario) {
    const page = await context.newPage()
    await page.goto(address)
    const looking = await probe(page, '.markdown')
    await send(page, order(scenario))
    await begun(upstream)
    await looking.still(stillness)
    await looking.begin()
    upstream.go()
    await ended(page)
    return await looking.end()
  }

  function measurePeer(name) {
    return async (context, scenario) => {
      const page = await context.newPage()
      page.on('pageerror', ({ message }) => process.stderr.write(`${name} failed: ${message}\n`))
      await page.goto(`${peers.address}/?with=${name}`)
      await page.waitForFunction(() => window.stream)
      const looking = await probe(page, '#answer')
      const source = `${upstream.address}/answer?order=${encodeURIComponent(order(scenario))}`
      await page.evaluate((from) => {
        window.ended = window.stream(from)
      }, source)
      await begun(upstream)
      await looking.still(stillness)
      await looking.begin()
      upstream.go()
      await page.evaluate(() => window.ended)
      return await looking.end()
    }
  }
}

/** Writes a prompt into the page and sends it, as a person does. */
export async function send(page, text) {
  const box = page.getByRole('textbox', { name: 'Message' })
  await box.fill(`${text} ${randomUUID()}`)
  await box.press('Enter')
}

/** Waits until the last reply of the page has ended, without looking through the page meanwhile. */
export async function ended(page) {
  await page.locator('article[data-status]').last().waitFor()
  await page.evaluate(
    () =>
      new Promise((done) => {
        const reply = [...document.querySelectorAll('article[data-status]')].at(-1)
        const look = () => reply.dataset.status === 'completed' && done()
        new MutationObserver(look).observe(reply, { attributeFilter: ['data-status'] })
        look()
      }),
  )
}

/** Waits until `count` answers have come as far as they may before they are told to go on. */
export async function begun(upstream, count = 1) {
  while (upstream.waiting() < count) await new Promise((done) => setTimeout(done, 20))
}
