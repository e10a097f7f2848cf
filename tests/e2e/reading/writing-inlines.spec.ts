import type { Page } from '@playwright/test'
import type { Step } from '../../upstream/scripted'
import { Chat, end } from '../chat'
import { expect, test } from '../fixtures'

/** A reply as models write it, what must never be seen while it comes, and what is there in the end. */
interface Writing {
  text: string
  /** A selector of elements, and a pattern of texts, that no moment may show. */
  never: { elements: string; text: string }
  check(chat: Chat): Promise<void>
}

const lines = [
  'Task: done\nNext: review',
  '✅ Fast\n✅ Small',
  '• milk\n• bread\n– and more',
  '① eins\n② zwei',
  '**Title**\ntext',
  'Roses are red,\nViolets are blue.',
  'Best,\nAda\nLondon',
  '20~25°C，夜里10~15°C',
  '3~5人, ~/bin and ~/lib',
  '(~300 lines) and … (~900 lines)',
  '2*3*4 and 5*6, x**2 + y**2',
  '__init__ and __main__',
  'C:\\temp\\_new and C:\\Program Files\\_x',
]

const emphasized: [text: string, ...strong: string[]][] = [
  ['**注意：**正文', '注意：'],
  ['**서울(수도)**은 크다', '서울(수도)'],
  ['增长**35%**左右', '35%'],
  ['运行**`npm test`**命令', 'npm test'],
  ['**C++**和**C#**都行', 'C++', 'C#'],
  ['**《红楼梦》**是', '《红楼梦》'],
  ['日本語の**「引用」**です', '「引用」'],
  ['ราคา**(บาท)**ต่อหน่วย', '(บาท)'],
  ['**Text.**\u200bmore', 'Text.'],
  ['**Note:**text', 'Note:'],
]

const formulas: [text: string, ...tex: string[]][] = [
  ['Let $\\{1,2\\}$ grow by $20\\%$ to $\\|x\\|$.', '\\{1,2\\}', '20\\%', '\\|x\\|'],
  ['With $1-p$, $2k+1$ and $1-\\frac{1}{n}$.', '1-p', '2k+1', '1-\\frac{1}{n}'],
  ['为$O(n)$，其中$n$是数组的长度', 'O(n)', 'n'],
  ['설$x$를 구하자', 'x'],
  ['Water is $\\ce{H2O}$, and \\ce{CO2} a gas.', '\\ce{H2O}', '\\ce{CO2}'],
  ['$$\na = b\n\nc = d\n$$', '\\begin{gathered}a = b \\\\ c = d\\end{gathered}'],
  ['\\[\n\nx^2 + 1\n\n\\]', 'x^2 + 1'],
]
const money = [
  '$5 and $10',
  'Revenue ($) vs. Cost ($)',
  'Sushi Bar ($$), Bistro ($$$)',
  '$3.50/lb or $7/kg',
  'from $5-$10 to $1,000',
  '价格$5，成本$6',
  'Set $HOME and $PATH',
]

const address = 'https://a.b/c'
const addresses = [
  `见${address}，然后`,
  `「${address}」（${address}）`,
  `${address}中文 ${address}에서`,
  `“${address}” «${address}» ${address}…`,
]

const writings: Record<string, Writing> = {
  lines: {
    text: lines.join('\n\n'),
    never: { elements: 'del, em', text: '' },
    async check({ reply }) {
      await expect(reply.locator('p')).toHaveText(lines.map((each) => each.replaceAll('**Title**', 'Title')))
      const shown = (await reply.locator('p').allInnerTexts()).join('\n')
      expect(shown).toBe(lines.join('\n').replace('**Title**', 'Title'))
      await expect(reply.locator('strong')).toHaveText(['Title'])
    },
  },
  emphasis: {
    text: [...emphasized.map(([text]) => text), '~~旧价：90元。~~新价60元', '先*读“这个”*再做'].join('\n\n'),
    never: { elements: '', text: '[*]' },
    async check({ reply }) {
      await expect(reply.locator('strong')).toHaveText(emphasized.flatMap(([, ...strong]) => strong))
      await expect(reply.locator('del')).toHaveText(['旧价：90元。'])
      await expect(reply.locator('em')).toHaveText(['读“这个”'])
    },
  },
  formulas: {
    text: [
      ...formulas.map(([text]) => text),
      money.map((each) => `- ${each}`).join('\n'),
      '[\\[5\\]](https://a.b)',
    ].join('\n\n'),
    never: { elements: 'li :is(.formula, .formula-display), a .formula-display', text: '' },
    async check({ reply }) {
      const tex = formulas.flatMap(([, ...all]) => all)
      await expect(reply.locator('.katex annotation')).toHaveText(tex)
      await expect(reply.locator('.katex-html .mord', { hasText: 'H' }).first()).toBeVisible()
      await expect(reply.locator('.as-source')).toHaveCount(0)
      await expect(reply.locator('li')).toHaveText(money)
      await expect(reply.getByRole('link', { name: '[5]' })).toHaveAttribute('href', 'https://a.b/')
    },
  },
  sides: {
    text: [
      ...addresses,
      '# عنوان النص',
      'استخدم `./run.sh -v` أولا',
      'ثم ./build.sh -x من هنا، ولغة C++ أيضا',
      'زر https://a.b/c?d=e الآن',
      '| الاسم | القيمة |\n|---|---|\n| أحمد | ./run.sh |\n| سارة | 42 |',
      '- `git` هو الأمر الأول\n- npm هو مدير الحزم، في 2024-05-01\n- Hello there',
      '```json\n{"اسم": "أحمد", "ع": 30}\n```',
    ].join('\n\n'),
    never: { elements: '', text: '' },
    async check({ reply }) {
      await expect(reply.locator('[data-message-text]')).toHaveAttribute('lang', 'ar')
      await expect(reply.locator('.code-block bdi').first()).toBeAttached()
      await expect(reply.locator('p > a')).toHaveText([...Array(8).fill(address), 'https://a.b/c?d=e'])
      expect(await reply.evaluate(sides)).toEqual({
        code: true,
        path: true,
        name: true,
        address: true,
        heading: true,
        text: true,
        table: true,
        columns: true,
        cells: true,
        items: true,
        date: true,
        strings: true,
      })
    },
  },
}

/** Where things stand in a reply that runs from right to left: each is true when it is where it should be. */
function sides(reply: Element) {
  const find = (selector: string, words: string) => {
    const found = [...reply.querySelectorAll(selector)].find((each) => each.textContent?.includes(words))
    if (!found) throw new Error(`There is no ${selector} with ${words}.`)
    return found
  }
  /** Where a character of a text is on the screen. */
  const left = (element: Element, character: string) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent?.indexOf(character) ?? -1
      if (at < 0) continue
      const range = document.createRange()
      range.setStart(node, at)
      range.setEnd(node, at + 1)
      return range.getBoundingClientRect().left
    }
    throw new Error(`There is no ${character}.`)
  }
  const right = (element: Element) => element.getBoundingClientRect().right
  const path = find('p', 'build.sh')
  const code = find('code', 'run.sh')
  const heading = find('h3', 'عنوان')
  const words = document.createRange()
  words.selectNodeContents(heading)
  const table = find('table', 'الاسم')
  const scroller = find('.table-scroller', 'الاسم')
  const [first, second] = table.querySelectorAll('th')
  const cell = find('td', '42')
  const item = find('li', 'npm')
  const json = find('.code-block code', '30')
  const fromRight = (element: Element, character: string) => right(element) - left(element, character)
  const content = document.createRange()
  content.selectNodeContents(cell)
  return {
    code: left(code, '/') < left(code, 'r') && left(code, 'r') < left(code, 'v'),
    path: left(path, '/') < left(path, 'b') && left(path, 'b') < left(path, 'x'),
    name: left(path, 'C') < left(path, '+'),
    address: left(find('a', 'd=e'), 'h') < left(find('a', 'd=e'), '?'),
    heading: Math.abs(words.getBoundingClientRect().right - right(scroller)) < 2,
    text: Math.abs(right(path) - right(scroller)) < 2,
    table: Math.abs(right(table) - right(scroller)) < 2,
    columns: first !== undefined && second !== undefined && right(first) > right(second),
    items:
      fromRight(item, 'n') < 40 &&
      fromRight(find('li', 'git'), 'g') < 60 &&
      fromRight(find('li', 'Hello'), 'H') < 120 &&
      left(item, 'ه') < left(item, 'n'),
    date: left(item, '2') < left(item, '5'),
    strings: left(json, 'س') < left(json, 'ح') && left(json, 'ح') < left(json, '3'),
    cells: Math.abs(content.getBoundingClientRect().right - right(cell)) < 2,
  }
}

/** Notes whatever must not be seen, at every change of the page. */
async function watch(page: Page, never: Writing['never']): Promise<void> {
  await page.evaluate(({ elements, text }) => {
    const seen: string[] = []
    Object.assign(window, { seen })
    const look = () => {
      for (const reply of document.querySelectorAll('.markdown')) {
        const found = elements === '' ? null : reply.querySelector(elements)
        if (found) seen.push(found.outerHTML)
        const words = reply.textContent ?? ''
        if (text !== '' && new RegExp(text).test(words)) seen.push(words)
      }
    }
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true })
  }, never)
}

/** Some twenty tokens a second. */
function tokens(text: string): Step[] {
  return (text.match(/[\s\S]{1,5}/gu) ?? []).flatMap((delta): Step[] => [{ delta }, { wait: 50 }])
}

test('what models write in lines, marks, formulas and addresses is shown as they mean it, at every moment and after a reload', async ({
  context,
  upstream,
}) => {
  const all = Object.entries(writings)
  for (const [name, { text }] of all) upstream.scriptFor(`Write ${name}`, [...tokens(text), end])
  await Promise.all(
    all.map(async ([name, writing]) => {
      const chat = new Chat(await context.newPage())
      await chat.open('/')
      await watch(chat.page, writing.never)
      await chat.send(`Write ${name}`)
      await expect(chat.reply).toHaveAttribute('data-status', 'completed', { timeout: 40_000 })
      expect(await chat.page.evaluate(() => ('seen' in window ? window.seen : null)), name).toEqual([])
      await writing.check(chat)
      if (process.env.SHOTS) await chat.page.screenshot({ path: `${process.env.SHOTS}/${name}.png` })
      await chat.reload()
      await writing.check(chat)
    }),
  )
})
