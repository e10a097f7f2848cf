import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MarkdownDocument } from '@/lib/markdown/document'
import { commonmarkExamples, gfmExamples } from './examples'
import { blocks, htmlOf, wholeHtml } from './html'

const examples = [...commonmarkExamples, ...gfmExamples]
/** Examples that the chat dialect parses differently on purpose: see docs/markdown.md. */
const deviations = {
  mathematics: ['CommonMark 12'],
  'bare addresses': [602, 606, 608, 611, 612].map((number) => `CommonMark ${number}`),
  'marks inside words': ['CommonMark 356', 'CommonMark 429'],
  'one tilde': ['GFM 11'],
  'three dashes under a text': [59, 84, 91, 95, 96, 103, 141, 300].map((number) => `CommonMark ${number}`),
  'harmless tags': [165, 166, 167].map((number) => `CommonMark ${number}`),
  'cells beyond the head': ['GFM 7'],
}
const deviating = Object.values(deviations).flat()

const pieces = fc.constantFrom(
  ...['# h\n', 'words ', 'more\n', '\n', '\n\n', '- item\n', '  - inner\n', '1. one\n', '```js\n', 'a = 1\n', '```\n'],
  ...['> quote\n', '> ', '| a | b |\n|---|---|\n', '| 1 | 2 |\n', '***\n', '**bold', '**', '*', '_', '~~', '`', '\t'],
  ...['[x]: http://y.z\n', '[x]', '[a](b', ')', '![i](j "t")', '<div>\n', '<b>', '    code\n', '===\n', '---\n', '\\'],
  ...['&amp;', 'http://a.b/c_d', 'me@x.org', '[', ']', '  \n', '- [ ] t\n', '| a\n', '|-\n', '\r\n', '\r', '\0', '😀'],
  ...['[^1]', '[^2]', '[^1]: note\n', '$x^2$', '$5', '$$\n', '\\[', '\\]\n', '\\(a', '\\)', '    ', 'x\n[^2]: y\n'],
  ...[
    '<details>\n',
    '<summary>s</summary>',
    '<summary>',
    '</details>\n',
    '<sub>',
    '</sub>',
    '<br>',
    '<ul><li>',
    '</ul>',
  ],
  ...['```markdown\n', '```py\n', '| `a|b` | c |\n', '| $|x|$ | y\n', '##x\n', 'Foo\n----\n', '[y]: z\n', '<kbd'],
)

describe('the specifications', () => {
  it.each(examples.filter(({ name }) => !deviating.includes(name)))('$name', ({ markdown, html }) => {
    expect(withoutDefinitions(wholeHtml(markdown))).toBe(html)
  })
})

describe('a text that arrives in pieces gives the same tree as the whole text', () => {
  it.each(examples)('$name, cut at every position', ({ markdown, name }) => {
    const whole = wholeHtml(markdown)
    for (let cut = 0; cut <= markdown.length; cut++) {
      const grown = inPieces([markdown.slice(0, cut), markdown.slice(cut)])
      if (grown !== whole) expect(grown, `${name} cut at ${cut}: ${JSON.stringify(markdown)}`).toBe(whole)
    }
    expect(inPieces([...markdown])).toBe(whole)
  })

  it('with more blocks that refer to one label than the sweep threshold', () => {
    const text = `${'A [x]\n===\n\nor [x]\n---\nand [x]\n\n'.repeat(120)}[x]: http://y.z\n`
    expect(inPieces([...text])).toBe(wholeHtml(text))
    expect(wholeHtml(text).match(/<a /g)).toHaveLength(360)
  })

  it('for random texts, cut at random positions', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(fc.nat(12)), (parts, sizes) => {
        expect(inPieces(cutBy(parts.join(''), sizes))).toBe(wholeHtml(parts.join('')))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a text that continues after it was finished gives the same tree as the whole text', () => {
  it.each(examples)('$name, finished at every position', ({ markdown, name }) => {
    const whole = wholeHtml(markdown)
    for (let cut = 0; cut <= markdown.length; cut++) {
      const resumed = new MarkdownDocument()
      resumed.append(markdown.slice(0, cut))
      resumed.finish()
      expect(htmlOf(resumed)).toBe(wholeHtml(markdown.slice(0, cut)))
      resumed.append(markdown.slice(cut))
      resumed.finish()
      if (htmlOf(resumed) !== whole) expect(htmlOf(resumed), `${name} finished at ${cut}`).toBe(whole)
    }
  })

  it('for random texts, finished at random positions', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(fc.nat(12)), (parts, sizes) => {
        const [resumed, grown] = [new MarkdownDocument(), new MarkdownDocument()]
        for (const part of cutBy(parts.join(''), sizes)) {
          resumed.append(part)
          grown.append(part)
          if (part !== '') expect(htmlOf(resumed)).toBe(htmlOf(grown))
          resumed.finish()
          htmlOf(resumed)
        }
        expect(htmlOf(resumed)).toBe(wholeHtml(parts.join('')))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('an unfinished text', () => {
  it.each(examples)('$name differs from the finished text only in its last block', ({ markdown }) => {
    // A definition may change any block before it.
    if (markdown.includes(']:')) return
    for (let cut = 1; cut <= markdown.length; cut++) {
      const growing = new MarkdownDocument()
      growing.append(markdown.slice(0, cut))
      const shown = blocks(growing, growing.root).slice(0, -1)
      const whole = new MarkdownDocument()
      whole.append(markdown.slice(0, cut))
      whole.finish()
      expect(blocks(whole, whole.root).slice(0, shown.length)).toEqual(shown)
    }
  })
})

/** Without unreferenced definitions, which the specification doesn't show. */
function withoutDefinitions(html: string): string {
  return html.replace(/<ul class="links">\n(?:<li>[^<]*<\/li>\n)*<\/ul>\n/g, '')
}

/** The HTML of a text that came in pieces, rendered after each. */
function inPieces(parts: string[]): string {
  const document = new MarkdownDocument()
  for (const part of parts) {
    document.append(part)
    htmlOf(document)
  }
  document.finish()
  return htmlOf(document)
}

function cutBy(text: string, sizes: number[]): string[] {
  const parts: string[] = []
  let at = 0
  for (const size of sizes) {
    parts.push(text.slice(at, at + size))
    at += size
  }
  return [...parts, text.slice(at)]
}
