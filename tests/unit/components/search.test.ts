import { describe, expect, it } from 'vitest'
import { fold } from '@/components/find/fold'
import { searchPattern } from '@/components/find/search'

/** The matches, as written in the original text. */
function found(text: string, query: string): string[] {
  const finder = searchPattern(query)
  if (!finder) return []
  const folded = fold(text)
  return [...folded.text.matchAll(finder)].map(({ 0: words, index }) =>
    text.slice(folded.originalStart(index), folded.originalEnd(index + words.length)),
  )
}

describe('search ignores accents, width and the form of quotation marks', () => {
  it.each([
    ['The café, CAFÉ and cafe\u0301s', 'cafe', ['café', 'CAFÉ', 'cafe\u0301']],
    ['a cafe', 'café', ['cafe']],
    ['全角ＡＢＣ１２３と半角abc123', 'ABC123', ['ＡＢＣ１２３', 'abc123']],
    ['ﾊﾝｶｸのｶﾞｽとガス、カス', 'ガス', ['ｶﾞｽ', 'ガス']],
    ['か\u3099く、がく、かく', 'がく', ['か\u3099く', 'がく']],
    ['价格：￥99（税）', '价格:', ['价格：']],
    ['他说“你好”', '"你好"', ['“你好”']],
    ['بِسْمِ اللَّهِ، بسم الله', 'بسم الله', ['بِسْمِ اللَّهِ', 'بسم الله']],
    ['أحمد وكتـــاب', 'احمد', ['أحمد']],
    ['كتـــاب', 'كتاب', ['كتـــاب']],
    ['שָׁלוֹם', 'שלום', ['שָׁלוֹם']],
    ['می\u200cخواهم', 'میخواهم', ['می\u200cخواهم']],
    ['\u1112\u1161\u11ab글 한글', '한글', ['\u1112\u1161\u11ab글', '한글']],
    ['한글', '하', []],
    ['กา กิ', 'กิ', ['กิ']],
    ['日本語　テキスト', '日本語 テキスト', ['日本語　テキスト']],
    ['wait… then', '...', ['…']],
    ['😀 ok 𠮷野家', '𠮷野', ['𠮷野']],
  ])('%s: %s', (text, query, words) => {
    expect(found(text, query)).toEqual(words)
  })

  it('folds a long text fast', () => {
    const before = process.cpuUsage()
    fold('这是一个，很长的文本。مرحبا بِكَ '.repeat(10_000))
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(400)
  })
})
