import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MarkdownDocument } from '@/lib/markdown/document'
import { parsedSegments } from '@/lib/markdown/parsed-text'
import type { Inline } from '@/lib/markdown/tree'
import { htmlOf, inlineHtml, wholeHtml } from './html'

/** Parts of long paragraphs: words, and marks that are closed soon, late, or never. */
const words = fc
  .constantFrom(
    ...[
      'some words of a paragraph that goes on for long ',
      'and on ',
      'with http://a.b/c_d?e=f(g) in it ',
      'me@x.org ',
    ],
    ...[
      '**bold** ',
      '**bold',
      '** ',
      '*',
      '_it_ ',
      ' _',
      '~~gone~~ ',
      '`code` ',
      '`',
      '``',
      '\\* ',
      '&amp; ',
      '<b> ',
      '<',
    ],
    ...[
      '[a](http://b.c) ',
      '[a',
      '](b) ',
      '](',
      ' "t") ',
      '[r] ',
      '[r][',
      ']',
      '![i](j) ',
      '![',
      '$x^2$ ',
      '$',
      '\\(a',
      '\\) ',
    ],
    ...['[^1] ', '[^2]', '\n', 'a line\n', 'a break  \n', '    '],
  )
  .chain((each) => fc.integer({ min: 1, max: 3 }).map((times) => each.repeat(times)))
const texts = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: fc.constant('plain words that hold no marks at all, for a while, ') }, words),
    {
      minLength: 100,
      maxLength: 500,
    },
  )
  .map((parts) => `[r]: http://r.s\n\nA ${parts.join('').replace(/\n(?=\s)|^\s+/g, '')}`)

describe('a long paragraph', () => {
  it('gives the same result in pieces as at once, after every piece', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 3, maxLength: 12 }),
        (text, steps) => {
          const grown = new MarkdownDocument()
          let at = 0
          for (let step = 0; at < text.length; step++) {
            const next = at + (steps[step % steps.length] ?? 1)
            grown.append(text.slice(at, next))
            at = Math.min(next, text.length)
            const fresh = new MarkdownDocument()
            fresh.append(text.slice(0, at))
            expect(shown(grown), JSON.stringify(text.slice(0, at))).toEqual(shown(fresh))
          }
          grown.finish()
          expect(htmlOf(grown)).toBe(wholeHtml(text))
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([
    ['with many lines', 'It goes **on** and _on_.\n', '', ['And *on', '* for\nanother line', ' and more\n', 'of it']],
    ['that is always cut within a line', 'It goes **on** and _on_.\n', 'And', [' so\nit', ' goes\non', ' and\non']],
    ['with one line', 'It goes **on** and _on_. ', '', ['And *on', '* for', ' and more', ' of it']],
  ])('%s keeps its stable segments while it grows', (_, text, end, parts) => {
    const document = new MarkdownDocument()
    document.append(text.repeat(600) + end)
    const before = segments(document)
    expect(before.length).toBeGreaterThan(4)
    for (const more of parts) {
      document.append(more)
      segments(document)
    }
    const after = segments(document)
    expect(before.slice(0, -1).every((segment, place) => segment === after[place])).toBe(true)
  })

  it('is parsed again when a definition that it refers to arrives', () => {
    const document = new MarkdownDocument()
    document.append(`See [r][r] and[^1]. ${'It goes on. '.repeat(900)}`)
    segments(document)
    document.append('\n\n[r]: http://r.s\n\n')
    expect(htmlOf(document)).toContain('<a href="http://r.s">r</a> and<sup>1</sup>')
  })
})

function shown(document: MarkdownDocument): unknown {
  return [segments(document).map((segment) => inlineHtml(document, segment)), htmlOf(document)]
}

function segments(document: MarkdownDocument): Inline[][] {
  const { growing } = document
  return growing?.type === 'paragraph' ? parsedSegments(growing, document.references, true) : []
}
