import { describe, expect, it } from 'vitest'
import { MarkdownDocument } from '@/lib/markdown/document'
import { parseInlines } from '@/lib/markdown/inlines/inline-parser'
import type { Inline } from '@/lib/markdown/tree'
import { htmlOf } from './html'

/** CPU time that a person hardly notices, with a margin for slow machines. */
const LIMIT_MS = 400

const hostile: [string, string][] = [
  ['letters before an @', `${'a'.repeat(60_000)}@`],
  ['an address with closing brackets', `http://a.b/${')'.repeat(20_000)}`],
  ['an address with a reference at its end', `http://a.b/${'&amp;'.repeat(8000)}`],
  ['half addresses', 'www._'.repeat(8000)],
  ['addresses in one', `[${'http://'.repeat(5000)}`],
  ['a span of code', `\`${' a'.repeat(30_000)}\``],
  ['runs of backticks', Array.from({ length: 300 }, (_, length) => '`'.repeat(length + 1)).join(' ')],
  ['a run of stars', '*'.repeat(40_000)],
  ['stars that nest', `${'*a **b '.repeat(8000)}c${'** d*'.repeat(8000)}`],
  ['stars that never close', '*a **b '.repeat(8000)],
  ['stars around a letter', `${'*'.repeat(30_000)}a${'*'.repeat(30_000)}`],
  ['spaces in a line', `a${' '.repeat(60_000)}b\nc`],
  ['spaces in a heading', `# a${' '.repeat(60_000)}b`],
  ['opening brackets', '['.repeat(20_000)],
  ['links in brackets', `${'['.repeat(10_000)}${'[a](b) '.repeat(3000)}`],
  ['images in images', `${'!['.repeat(8000)}a${'](b)'.repeat(8000)}`],
  ['half links', '[a](<b'.repeat(8000)],
  ['half comments', `a ${'<!--'.repeat(10_000)}`],
  ['half instructions', `a ${'<?'.repeat(20_000)}`],
  ['half declarations', `a ${'<!A'.repeat(14_000)}`],
  ['half formulas', '\\('.repeat(20_000)],
  ['half formulas of two signs', '$$a '.repeat(10_000)],
  ['dollar signs', '$'.repeat(10_000)],
  ['dollar signs and spaces', '$ '.repeat(10_000)],
  ['sums of money', '$5 and '.repeat(8000)],
  ['dollar signs in one word', '$a'.repeat(20_000)],
  ['dollar signs with commands', '$\\a '.repeat(10_000)],
  ['pairs of dollar signs', '$$ and '.repeat(8000)],
  ['formulas', '$x^2$ and $5 '.repeat(4000)],
  ['a formula of brackets', `$${'('.repeat(30_000)}$`],
  ['half chemistry', '\\ce{'.repeat(12_000)],
  ['tildes', '~'.repeat(10_000)],
  ['tildes apart', '~a '.repeat(15_000)],
  ['pairs of tildes', '~~a '.repeat(10_000)],
  ['stars in one word', 'a*'.repeat(20_000)],
  ['pairs of stars in one word', '2**'.repeat(15_000)],
  ['stars beside ideographs', '字**（a）**'.repeat(6000)],
  ['underscores in one word', '__a'.repeat(15_000)],
  ['paths', 'C:\\_a '.repeat(8000)],
  ['a path', `C:${'\\_a b'.repeat(8000)}`],
  ['lines of a formula', `$$\n${'x\n\n'.repeat(8000)}`],
  ['half addresses with questions', 'www._?'.repeat(8000)],
  ['entities', '&amp'.repeat(10_000)],
  ['a log', Array.from({ length: 8000 }, (_, line) => `[12:00:0${line % 10}] line ${line} of a log`).join('\n')],
  ['blocks that refer to one label', 'See [r] and[^1].\n\n'.repeat(3000)],
  ['labels', '[aaaaaaaaa\n'.repeat(8000)],
  ['tags that never close', `a ${'<b>'.repeat(20_000)}${'</i>'.repeat(5000)}`],
  ['tags that nest', `${'<b>'.repeat(10_000)}a${'</b>'.repeat(10_000)}`],
  ['tags that cross', '<b><i></b></i>'.repeat(5000)],
  ['half tags', `a ${'<su '.repeat(15_000)}`],
  ['items', `<ul>${'<li>'.repeat(15_000)}`],
  ['lists in lists', '<ul><li>'.repeat(8000)],
  ['details in details', '<details>\n'.repeat(6000)],
  ['end tags without a start', '</details>\n'.repeat(6000)],
  ['a row of pipes', `| a |\n|---|\n|${'a|'.repeat(30_000)}`],
  ['a row of pipes in code', `| a |\n|---|\n|${'`a|b`|'.repeat(10_000)}`],
  ['a row of pipes in half a formula', `| a |\n|---|\n|${'$a|'.repeat(15_000)}`],
  [
    'a row of runs of backticks',
    `| a |\n|---|\n|${Array.from({ length: 300 }, (_, length) => '`'.repeat(length + 1)).join('|')}`,
  ],
  ['fences in fences', `\`\`\`markdown\n${'```js\n'.repeat(10_000)}`],
  ['definitions', Array.from({ length: 5000 }, (_, line) => `[${line}]: https://a.b/${line}`).join('\n')],
  ['definitions apart', Array.from({ length: 3000 }, (_, line) => `[${line}]: https://a.b/${line}`).join('\n\n')],
]

describe('no text takes long to parse', () => {
  it.each(hostile)('%s', (_, text) => {
    expect(cpuMsOf(() => htmlOf(finished(text)))).toBeLessThan(LIMIT_MS)
  })

  it.each(hostile)('%s, while it is being written', (_, text) => {
    const document = new MarkdownDocument()
    document.append(text.slice(0, -1))
    htmlOf(document)
    expect(
      cpuMsOf(() => {
        document.append(text.slice(-1))
        htmlOf(document)
      }),
    ).toBeLessThan(LIMIT_MS)
  })
})

describe('no text nests deeply', () => {
  it.each([
    ['stars', `${'*a **b '.repeat(4000)}c${'** d*'.repeat(4000)}`],
    ['a run of stars', `${'*'.repeat(9000)}a${'*'.repeat(9000)}`],
    ['stars of two kinds', `${'*a _b ~c '.repeat(900)}d${'~_*'.repeat(900)}`],
  ])('%s', (_, text) => {
    const inlines = parseInlines(text, noReferences, false)
    expect(depthOf(inlines)).toBeLessThanOrEqual(100)
    expect(depthOf(inlines)).toBeGreaterThan(1)
    expect(depthOf(parseInlines(text, noReferences, true))).toBeLessThanOrEqual(100)
    expect(depthOf(parseInlines(text.slice(0, text.length / 2), noReferences, true))).toBeLessThanOrEqual(100)
  })
})

const noReferences = { definition: () => null, isFootnote: () => false }

function finished(text: string): MarkdownDocument {
  const document = new MarkdownDocument()
  document.append(text)
  document.finish()
  return document
}

/** CPU time of this process, which other processes don't add to. */
function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  return process.cpuUsage(before).user / 1000
}

function depthOf(inlines: Inline[]): number {
  return Math.max(0, ...inlines.map((each) => ('children' in each ? 1 + depthOf(each.children) : 0)))
}
