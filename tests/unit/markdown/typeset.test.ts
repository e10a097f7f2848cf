import { describe, expect, it } from 'vitest'
import { typeset } from '@/components/markdown/formulas/typeset'

const nested = (open: string, times: number, close = '}') => `${open.repeat(times)}x${close.repeat(times)}`

describe('the HTML of a formula', () => {
  it('exists for common formulas', () => {
    expect(typeset({ tex: 'e^{i\\pi} + 1 = 0', display: false })).toContain('class="katex"')
    expect(typeset({ tex: nested('\\cfrac{1}{1+', 12), display: true })).toContain('class="katex"')
    const lines = '\\frac{a}{b} &= \\sqrt{x^2 + y^2} \\\\'.repeat(40)
    expect(typeset({ tex: `\\begin{aligned}${lines}\\end{aligned}`, display: true })).toContain('class="katex"')
  })

  it('has a row for each part between blank lines, unless a part continues', () => {
    const rows = (tex: string) => typeset({ tex, display: true })?.match(/\\begin\{gathered\}.*/)?.[0]
    expect(rows('a = b\n\nc = d\n \ne')).toContain('\\begin{gathered}a = b \\\\ c = d \\\\ e\\end{gathered}')
    for (const tex of [
      'a =\n\nb',
      'a\n\n+ b',
      '\\frac{a\n\n}{b}',
      '\\begin{aligned}a\n\nb\\end{aligned}',
      'a \\\\\n\nb',
    ]) {
      expect(typeset({ tex, display: true })).toContain('class="katex"')
      expect(rows(tex)).toBeUndefined()
    }
  })

  it('exists for chemistry', async () => {
    await import('katex/contrib/mhchem')
    expect(typeset({ tex: '\\ce{SO4^2- + 2H+}', display: false })).toContain('class="katex"')
  })

  it.each([
    ['is wrong', '\\frac{'],
    ['calls itself', '\\def\\a{\\a\\a}\\a'],
    ['says little and means much', `\\def\\a{${'x^{x^x}'.repeat(300)}}\\a\\a\\a\\a`],
    ['grows a thousandfold', `\\def\\a{${'x^{x^x}'.repeat(50)}}\\a\\a\\a\\a\\a\\a`],
    ['has roots in roots', nested('\\sqrt{', 400)],
    ['has brackets in brackets', nested('\\left(', 300, '\\right)')],
    ['has exponents in exponents', nested('x^{', 400)],
    ['grows larger and larger', `${'\\large '.repeat(500)}x`],
  ])('is null for one that %s', (_, tex) => {
    expect(typeset({ tex, display: true }) === null).toBe(true)
  })
})
