import type { Page } from '@playwright/test'
import { end } from './chat'
import { expect, test } from './fixtures'

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
  '$\\href{javascript:window.attacked=24}{x}$ and $\\url{http://127.0.0.1:9/}$',
  '$\\includegraphics{http://127.0.0.1:9/pixel.png}$',
  '$\\htmlStyle{background:url(http://127.0.0.1:9/)}{x} \\htmlData{a=1}{y}$',
  '$\\unknown{<img src=x onerror=window.attacked=25>}$',
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
  await inspect(chat.page)
  upstream.open('half')
  await chat.ended('completed')
  await expect(chat.reply).toContainText('The end.')
  await inspect(chat.page)

  await chat.reload()
  await expect(chat.reply).toContainText('The end.')
  await expect(chat.reply.getByRole('table')).toBeVisible()
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

/** What has run would have left its mark; what could run later is looked for. */
async function inspect(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const inReplies = [...document.querySelectorAll('article[aria-label="Reply"] *')]
    const addresses = inReplies.flatMap((element) => (element instanceof HTMLAnchorElement ? [element.protocol] : []))
    return {
      attacked: 'attacked' in window,
      names: inReplies
        // A diagram is an image that carries itself: in those nothing runs and nothing loads.
        .filter((element) => !(element instanceof HTMLImageElement && element.src.startsWith('data:image/svg+xml')))
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
