import { describe, expect, it } from 'vitest'
import { inlinesIn } from '@/lib/markdown/inlines/inline'
import { plainText } from '@/lib/markdown/inlines/pieces'
import type { Inline } from '@/lib/markdown/tree'
import { formulas, money } from './dollars'

const nothing = { definition: () => null, isNote: () => false }

function formulasIn(inlines: Inline[]): Extract<Inline, { type: 'math' }>[] {
  return inlines.flatMap((each) => {
    if (each.type === 'math') return [each]
    return 'children' in each ? formulasIn(each.children) : []
  })
}

describe('formulas between dollar signs', () => {
  it.each(formulas)('%s', (text, ...tex) => {
    expect(formulasIn(inlinesIn(text, nothing, false)).map((each) => each.tex)).toEqual(tex)
  })
})

describe('money', () => {
  it.each(['costs $5$10', '$5...$10', '$x=1; $y=2', 'echo $FOO_BAR$BAZ_QUX and $dir$file.txt'])(
    '%s, once the text after it is there',
    (text) => {
      expect(inlinesIn(text, nothing, false)).toEqual([{ type: 'text', text }])
    },
  )

  it.each(money)('%s', (text) => {
    const inlines = inlinesIn(text, nothing, false)
    expect(formulasIn(inlines)).toEqual([])
    const isStyled = /\*\*|[*_]\$|[`\\]/.test(text)
    if (!isStyled) expect(plainText(inlines)).toBe(text)
    for (let end = 1; end < text.length; end++) {
      const growing = formulasIn(inlinesIn(text.slice(0, end), nothing, true))
      expect(growing, text.slice(0, end)).toEqual([])
    }
  })
})
