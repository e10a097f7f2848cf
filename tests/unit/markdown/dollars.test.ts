import { describe, expect, it } from 'vitest'
import { parseInlines } from '@/lib/markdown/inlines/inline-parser'
import { inlineText } from '@/lib/markdown/inlines/pieces'
import type { Inline } from '@/lib/markdown/tree'
import { formulas, money } from './dollars'

const noReferences = { definition: () => null, isFootnote: () => false }

function formulasIn(inlines: Inline[]): Extract<Inline, { type: 'math' }>[] {
  return inlines.flatMap((each) => {
    if (each.type === 'math') return [each]
    return 'children' in each ? formulasIn(each.children) : []
  })
}

describe('formulas between dollar signs', () => {
  it.each(formulas)('%s', (text, ...tex) => {
    expect(formulasIn(parseInlines(text, noReferences, false)).map((each) => each.tex)).toEqual(tex)
  })
})

describe('money', () => {
  it.each(['costs $5$10', '$5...$10', '$x=1; $y=2', 'echo $FOO_BAR$BAZ_QUX and $dir$file.txt'])(
    '%s, once the text that follows has arrived',
    (text) => {
      expect(parseInlines(text, noReferences, false)).toEqual([{ type: 'text', text }])
    },
  )

  it.each(money)('%s', (text) => {
    const inlines = parseInlines(text, noReferences, false)
    expect(formulasIn(inlines)).toEqual([])
    const isStyled = /\*\*|[*_]\$|[`\\]/.test(text)
    if (!isStyled) expect(inlineText(inlines)).toBe(text)
    for (let end = 1; end < text.length; end++) {
      const growing = formulasIn(parseInlines(text.slice(0, end), noReferences, true))
      expect(growing, text.slice(0, end)).toEqual([])
    }
  })
})
