import type { Page } from '@playwright/test'
import { machineDelay } from '../../delay'
import { type Chat, end } from '../chat'
import { expect, test } from '../fixtures'

/** What a model might write to have a browser run or fetch something. Each piece stands in a paragraph of its own. */
const attacks = [
  '<script>window.attacked = 1</script>',
  '<img src="http://127.0.0.1:9/a.png" onerror="window.attacked = 2">',
  '<svg onload="window.attacked = 3"><animate onbegin="window.attacked = 4" attributeName=x dur=1s></svg>',
  '<iframe srcdoc="<script>parent.attacked = 5</script>"></iframe>',
  '<style>body { display: none }</style>',
  '<a href="javascript:window.attacked = 6">plain html</a>',
  '<form action="http://127.0.0.1:9/"><button>Send</button></form>',
  '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
  '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">',
  '[a link](javascript:window.attacked=7)',
  '[another](JaVaScRiPt&#58;window.attacked=8)',
  '[tab](java\tscript:window.attacked=9)',
  '[data](data:text/html,<script>window.attacked=10</script>)',
  '[vbscript](vbscript:window.attacked=11)',
  '[blob](blob:http://127.0.0.1:9/x)',
  '[file](file:///etc/passwd)',
  '[here](/api/session)',
  '<javascript:window.attacked=12>',
  '![a picture](http://127.0.0.1:9/pixel.png)',
  '![a picture](javascript:window.attacked=13)',
  '![x](data:image/svg+xml,<svg onload=window.attacked=14>)',
  '[![a picture in a link](http://127.0.0.1:9/pixel.png)](http://127.0.0.1:9/)',
  '[reference][evil]\n\n[evil]: javascript:window.attacked=15',
  '```"><img src=x onerror=window.attacked=16>\ncode\n```',
  '```html\n<img src=x onerror=window.attacked=17>\n```',
  '`<img src=x onerror=window.attacked=18>`',
  '| <img src=x onerror=window.attacked=19> |\n| --- |\n| [x](javascript:window.attacked=20) |',
  '- [ ] <input autofocus onfocus=window.attacked=21>',
  'A note[^1].\n\n[^1]: <img src=x onerror=window.attacked=22>',
  '$\\href{javascript:window.attacked=24}{x}$ and \\(\\url{http://127.0.0.1:9/}\\)',
  '\\(\\includegraphics{http://127.0.0.1:9/pixel.png}\\)',
  '\\(\\htmlStyle{background:url(http://127.0.0.1:9/)}{x} \\htmlData{a=1}{y}\\)',
  '\\(\\unknown{<img src=x onerror=window.attacked=25>}\\)',
  '$$\n\\text{<script>window.attacked=26</script>}\n$$',
  '\\(\\def\\a{\\a\\a}\\a^2\\)',
  '```mermaid\nflowchart LR\n  A["<img src=x onerror=parent.attacked=27>"] --> B\n  click A "javascript:parent.attacked=28"\n```',
  '```mermaid\n%%{init: {"securityLevel": "loose", "themeCSS": "@import url(http://127.0.0.1:9/a.css)"}}%%\nflowchart LR\n  A --> B\n```',
  '```js onload=window.attacked=29\n</code><img src=x onerror=window.attacked=30>\n```',
  '![x](//127.0.0.1:9/pixel.png "t\\" onerror=window.attacked=31")',
  '<http://127.0.0.1:9/auto>',
  'http://127.0.0.1:9/bare',
]

test('nothing that a model writes runs, and nothing of it is fetched', async ({
  chat,
  complaints,
  context,
  rill,
  upstream,
}) => {
  // Mermaid itself tries the HTML in a label, within its frame; there the policy stops it.
  complaints.expect(/Executing inline event handler.*\(about:srcdoc\)$/s)
  const requests: string[] = []
  context.on('request', (request) => requests.push(request.url()))
  // Cut in odd places, so that what is half written is looked at too.
  const pieces = attacks.join('\n\n').match(/[\s\S]{1,7}/g) ?? []
  upstream.script([...pieces.map((delta) => ({ delta })), { until: 'half' }, { delta: '\n\nThe end.' }, end])
  await chat.send('<img src=x onerror=window.attacked=23> **not bold**')
  await expect(chat.reply).toContainText('127.0.0.1:9/bare')
  await allShown(chat)
  await inspect(chat.page)
  upstream.open('half')
  await chat.ended('completed')
  await expect(chat.reply).toContainText('The end.')
  await inspect(chat.page)

  await chat.reload()
  await expect(chat.reply).toContainText('The end.')
  await expect(chat.reply.getByRole('table')).toBeVisible()
  await allShown(chat)
  await inspect(chat.page)
  await expect(chat.row('<img src=x')).toBeVisible()
  await expect(chat.page).toHaveTitle(/^<img src=x/)
  expect(requests.filter((url) => !url.startsWith(`${rill.url}/`))).toEqual([])

  // An outside image is a link, opened by a click alone.
  await expect(chat.reply.getByRole('link', { name: /^Open image from 127\.0\.0\.1:9/ }).first()).toHaveAttribute(
    'rel',
    'noopener noreferrer',
  )
})

/** Formulas that put words, or a hundred lines of nothing, where they do not stand. */
const overlays = [
  '\\smash{\\raisebox{9em}{\\colorbox{white}{\\text{not what was said}}}}',
  '\\smash{\\raisebox{-9em}{\\colorbox{white}{\\text{not what was said}}}}',
  '\\kern-9em\\colorbox{white}{\\text{not what was said}}',
  '\\mathllap{\\colorbox{white}{\\text{not what was said, at all, by anybody}}}',
  '\\mathrlap{\\colorbox{white}{\\text{not what was said, at all, by anybody, as far as I know}}}',
  '\\rule[-50em]{20em}{1000em}',
  '\\rlap{\\kern-99em\\rule{20em}{20em}}',
  '\\begin{matrix}a\\\\[-20em]\\colorbox{white}{\\text{not what was said}}\\end{matrix}',
]

test('a formula paints within its own place, and what is wide scrolls inside itself', async ({ chat, upstream }) => {
  const { page, reply, transcript } = chat
  upstream.script([{ delta: 'What was said.' }, end])
  await chat.ask('A prompt above')
  const matrix = `\\begin{matrix}${'a_1 & '.repeat(60)} b\\end{matrix}`
  const paragraphs = overlays.flatMap((tex) => [`Inline $${tex}$ here.`, `$$\n${tex}\n$$`])
  upstream.script([{ delta: `${paragraphs.join('\n\n')}\n\nA wide $${matrix}$ one.` }, end])
  await chat.ask('Hide it')
  await expect(reply.locator('.katex-html')).toHaveCount(2 * overlays.length + 1)
  expect(await transcript.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0)
  const wide = reply.locator('.formula').last()
  await wide.evaluate((formula) => formula.scrollTo({ left: 1000 }))
  expect(await wide.evaluate((formula) => formula.scrollLeft)).toBeGreaterThan(100)
  const screens = await transcript.evaluate((log) => Math.ceil(log.scrollHeight / log.clientHeight))
  for (let screen = 0; screen < screens; screen += 1) {
    await transcript.evaluate((log, each) => log.scrollTo({ top: each * log.clientHeight }), screen)
    expect(await page.evaluate(strayPoints)).toEqual([])
  }
})

/** Where in the window a formula is met outside the paragraph that it stands in. */
function strayPoints(): string[] {
  const stray: string[] = []
  for (let x = 4; x < window.innerWidth; x += 20) {
    for (let y = 4; y < window.innerHeight; y += 10) {
      const paragraph = document.elementFromPoint(x, y)?.closest('.katex')?.closest('p')
      const place = paragraph?.getBoundingClientRect()
      const inside =
        !place || (x >= place.left - 4 && x <= place.right + 4 && y >= place.top - 8 && y <= place.bottom + 8)
      if (!inside) stray.push(`${x},${y}: ${paragraph?.textContent.slice(0, 40)}`)
    }
  }
  return stray
}

/** Short texts that take long: macros that double, roots in roots, quotations in quotations, a task that lasts for an age. */
const bombs = [
  `$\\def\\a{${'x^{x^x}'.repeat(300)}}\\def\\b{\\a\\a\\a\\a\\a\\a}\\b\\b\\b\\b\\b\\b\\b$`,
  `$${'\\sqrt{'.repeat(400)}x${'}'.repeat(400)}$`,
  `$${'x_{'.repeat(900)}x${'}'.repeat(900)}$`,
  `$${'\\left('.repeat(300)}x${'\\right)'.repeat(300)}$`,
  `${'> '.repeat(1000)}deep`,
  `${'- '.repeat(1000)}deep`,
  '```mermaid\ngantt\n  dateFormat YYYY-MM-DD\n  excludes 2020-01-01\n  An age :a, 2024-01-01, 90000000d\n```',
]

test('what is made to take long holds nothing up', async ({ chat, upstream }) => {
  test.setTimeout(120_000)
  const { page, reply } = chat
  const diagram = '```mermaid\nflowchart LR\n  A --> B\n```'
  upstream.script([{ delta: `${[...bombs, 'A sum, $1 + 1 = 2$.', diagram].join('\n\n')}\n\nThe end.` }, end])
  await page.evaluate(() => {
    const long: number[] = []
    Object.assign(window, { long })
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
  })
  const delay = machineDelay()
  await chat.ask('Take long')
  await expect(reply).toContainText('The end.')
  // What comes after the bombs is there all the same, once those have been given up.
  await expect(reply.locator('.katex annotation').filter({ hasText: '1 + 1 = 2' })).toBeAttached({ timeout: 30_000 })
  await expect(reply.getByRole('img', { name: /^Diagram: flowchart/ })).toBeVisible({ timeout: 60_000 })
  await expect(reply.getByText('This diagram cannot be drawn.')).toHaveCount(1)
  await expect(reply.locator('.katex')).toHaveCount(1)
  const long = await page.evaluate(() => ('long' in window && Array.isArray(window.long) ? window.long : []))
  test.info().annotations.push({ type: 'longest tasks', description: long.map(Math.round).join(', ') })
  expect(Math.max(0, ...long)).toBeLessThan(1_000 + delay.stop())
})

test('the page’s policy is a second wall', async ({ chat, complaints }) => {
  complaints.expect(/Content Security Policy/)
  await chat.page.evaluate(() => {
    document.body.insertAdjacentHTML(
      'beforeend',
      `<p id="attack" onclick="document.documentElement.dataset.attacked = 1">handler</p>
       <a id="attack-link" href="javascript:document.documentElement.dataset.attacked = 2">link</a>
       <img alt="" src="http://127.0.0.1:9/pixel.png">`,
    )
    for (const id of ['attack', 'attack-link']) document.getElementById(id)?.click()
  })
  for (const breached of ['inline event handler', 'Running the JavaScript URL', 'Loading the image']) {
    await expect.poll(() => complaints.heard.join('\n')).toContain(breached)
  }
  await expect(chat.page.locator('html')).not.toHaveAttribute('data-attacked')
})

/** Of the attacks, these are formulas and diagrams that can be rendered. What never was cannot have been stopped. */
async function allShown({ reply }: Chat): Promise<void> {
  for (const formula of ['x', '<script>window.attacked=26</script>']) {
    await expect(reply.locator('.katex annotation').filter({ hasText: formula }).first()).toBeAttached()
  }
  await expect(reply.locator('.katex')).toHaveCount(5)
  const diagrams = reply.locator('.diagram > img')
  await expect(diagrams).toHaveCount(2, { timeout: 30_000 })
  for (const diagram of await diagrams.all()) {
    await expect.poll(() => diagram.evaluate((each: HTMLImageElement) => each.naturalWidth)).toBeGreaterThan(0)
  }
}

/** What has run would have left its mark; what could run later is looked for. */
async function inspect(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const inReplies = [...document.querySelectorAll('article[aria-label="Reply"] *')]
    const addresses = inReplies.flatMap((element) => (element instanceof HTMLAnchorElement ? [element.protocol] : []))
    return {
      attacked: 'attacked' in window,
      names: inReplies
        // A diagram is an image that carries itself: in those nothing runs and nothing loads.
        .filter((element) => !element.matches('figure .diagram > img[src^="data:image/svg+xml;"]'))
        .map((element) => element.localName)
        .filter((name) =>
          [
            'script',
            'iframe',
            'object',
            'embed',
            'style',
            'link',
            'meta',
            'form',
            'base',
            'img',
            'image',
            'animate',
            'video',
            'audio',
          ].includes(name),
        ),
      handlers: inReplies.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith('on'))),
      schemes: addresses.filter((scheme) => !['http:', 'https:', 'mailto:'].includes(scheme)),
    }
  })
  expect(found).toEqual({ attacked: false, names: [], handlers: [], schemes: [] })
}
