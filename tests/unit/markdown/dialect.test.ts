import { describe, expect, it } from 'vitest'
import { parseInlines } from '@/lib/markdown/inlines/inline-parser'
import type { Inline } from '@/lib/markdown/tree'
import { wholeHtml } from './html'

const noReferences = { definition: () => null, isFootnote: () => false }

/** Texts of one paragraph, and its HTML. */
type Table = [text: string, html: string][]

function check(table: Table): void {
  it.each(table)('%s', (text, html) => expect(wholeHtml(text)).toBe(`<p>${html}</p>\n`))
}

/** All inlines of a text's prefixes, one character after the other. */
function growing(text: string): Inline[] {
  return Array.from(text, (_, end) => all(parseInlines(text.slice(0, end + 1), noReferences, true))).flat()
}

function all(inlines: Inline[]): Inline[] {
  return inlines.flatMap((each) => ('children' in each ? [each, ...all(each.children)] : [each]))
}

function textOf(inlines: Inline[]): string {
  return inlines.map((each) => ('text' in each ? each.text : '')).join('')
}

describe('a single tilde is text', () => {
  const single = [
    '20~25°C，夜里10~15°C',
    '3~5人',
    '(~300 lines) and … (~900 lines)',
    '~5 minutes, then ~10 more',
    '~/bin and ~/lib',
    '5~10분, 3~4개',
    '~not struck~',
    'a ~ b ~ c',
    'Price~100~200',
    '第1~3章、第5~7章',
    '周一~周五，9:00~18:00',
    '~1k tokens/s (~2x)',
    'x ~ N(0, 1), y ~ N(1, 2)',
  ]
  it.each(single)('%s', (text) => {
    expect(wholeHtml(text)).toBe(`<p>${text}</p>\n`)
    for (let end = 1; end <= text.length; end++) {
      const shown = parseInlines(text.slice(0, end), noReferences, true)
      expect(textOf(shown)).toBe(text.slice(0, end).trimEnd())
    }
  })

  check([
    ['~~text~~ strikes', '<del>text</del> strikes'],
    ['a ~~b ~c~ d~~ e', 'a <del>b ~c~ d</del> e'],
    ['x ~~~three~~~', 'x ~~~three~~~'],
    ['~~旧价：90元。~~新价60元', '<del>旧价：90元。</del>新价60元'],
    ['原价~~100元~~，现价80元', '原价<del>100元</del>，现价80元'],
    ['~~$99.~~Now $49', '<del>$99.</del>Now $49'],
    ['3~~5人，7~~9人', '3~~5人，7~~9人'],
  ])
})

describe('emphasis beside scripts without spaces, and beside punctuation', () => {
  check([
    ['**注意：**正文', '<strong>注意：</strong>正文'],
    ['**서울(수도)**은', '<strong>서울(수도)</strong>은'],
    ['增长**35%**左右', '增长<strong>35%</strong>左右'],
    ['运行**`npm test`**命令', '运行<strong><code>npm test</code></strong>命令'],
    ['**C++**和**C#**', '<strong>C++</strong>和<strong>C#</strong>'],
    ['**《红楼梦》**是', '<strong>《红楼梦》</strong>是'],
    ['日本語の**「引用」**です', '日本語の<strong>「引用」</strong>です'],
    [
      '使用**React（框架）**和**Vue（框架）**开发',
      '使用<strong>React（框架）</strong>和<strong>Vue（框架）</strong>开发',
    ],
    ['这是*“重点”*内容', '这是<em>“重点”</em>内容'],
    ['他说：**“你好。”**然后走了', '他说：<strong>“你好。”</strong>然后走了'],
    ['**[链接](/u)**之后', '<strong><a href="/u">链接</a></strong>之后'],
    ['第一**（甲）**、第二**（乙）**', '第一<strong>（甲）</strong>、第二<strong>（乙）</strong>'],
    ['**함수(function)**와 **클래스(class)**를', '<strong>함수(function)</strong>와 <strong>클래스(class)</strong>를'],
    ['**"인용"**이라고', '<strong>&quot;인용&quot;</strong>이라고'],
    ['**50%**가 **$5**로', '<strong>50%</strong>가 <strong>$5</strong>로'],
    ['***重要！***请看', '<em><strong>重要！</strong></em>请看'],
    ['**太字。**続く文', '<strong>太字。</strong>続く文'],
    ['𠮷野家**(牛丼)**です', '𠮷野家<strong>(牛丼)</strong>です'],
    ['葛󠄀城**(市)**', '葛󠄀城<strong>(市)</strong>'],
    ['ราคา**(บาท)**ต่อหน่วย', 'ราคา<strong>(บาท)</strong>ต่อหน่วย'],
    ['**หมายเหตุ:**ข้อความ', '<strong>หมายเหตุ:</strong>ข้อความ'],
    ['ភាសា**(ខ្មែរ)**នេះ', 'ភាសា<strong>(ខ្មែរ)</strong>នេះ'],
    ['**Text.**\u200bmore', '<strong>Text.</strong>\u200bmore'],
    ['a\u200b**(b)**\u200bc', 'a\u200b<strong>(b)</strong>\u200bc'],
    ['**نص:**\u200fبعده', '<strong>نص:</strong>\u200fبعده'],
    ['**Note:**text and **Other.**More', '<strong>Note:</strong>text and <strong>Other.</strong>More'],
    ['**Warum?**Weil **ja!**', '<strong>Warum?</strong>Weil <strong>ja!</strong>'],
    [
      '**"Quoted"**text, **50%**of, **Name (role)**is',
      '<strong>&quot;Quoted&quot;</strong>text, <strong>50%</strong>of, <strong>Name (role)</strong>is',
    ],
    ['**पाठ।**अगला और **سؤال؟**جواب', '<strong>पाठ।</strong>अगला और <strong>سؤال؟</strong>جواب'],
    // Not meant as emphasis.
    ['2 ** 3 和 4 ** 5', '2 ** 3 和 4 ** 5'],
    ['a**"foo"**', 'a**&quot;foo&quot;**'],
    ['**(**foo)', '**(**foo)'],
    ['变量_名_称 and __注意__', '变量_名_称 and <strong>注意</strong>'],
  ])

  it('never shows the marks while emphasis is being written', () => {
    for (const text of ['这是**重点（说明）**，以及**其他**内容。', '**서울(수도)**은 크다', '**Note:**text goes on']) {
      for (let end = 1; end <= text.length; end++) {
        expect(textOf(all(parseInlines(text.slice(0, end), noReferences, true)))).not.toContain('*')
      }
    }
  })
})

describe('marks inside words', () => {
  check([
    ['2*3*4', '2*3*4'],
    ['5 * 6, 2*3 and 4*5', '5 * 6, 2*3 and 4*5'],
    ['a*b*c and width*height*depth', 'a*b*c and width*height*depth'],
    ['2**8 and 2**10', '2**8 and 2**10'],
    ['x**2 + y**2 = z**2', 'x**2 + y**2 = z**2'],
    ['(2*x) and *this*', '(2*x) and <em>this</em>'],
    ['f(2*x, 3*y)', 'f(2*x, 3*y)'],
    ['walk*ed*, *un*happy, *API*s', 'walk<em>ed</em>, <em>un</em>happy, <em>API</em>s'],
    ['un**believ**able **M**achine', 'un<strong>believ</strong>able <strong>M</strong>achine'],
    ['habl**o**, habl**as**', 'habl<strong>o</strong>, habl<strong>as</strong>'],
    ['snake_case_name, _private_', 'snake_case_name, <em>private</em>'],
    ['*args, **kwargs', '*args, **kwargs'],
    ['/* one */ and /* two */, a */ b /* c', '/* one */ and /* two */, a */ b /* c'],
    ['/** one */ and /** two */', '/** one */ and /** two */'],
    ['*/etc/hosts* and *path/*', '<em>/etc/hosts</em> and <em>path/</em>'],
    ['glob **/*.ts and src/**/*.js', 'glob **/*.ts and src/**/*.js'],
  ])
})

describe('names between underscores', () => {
  check([
    ['__init__', '__init__'],
    ['Use __init__ and __main__.', 'Use __init__ and __main__.'],
    ['__init__.py, __init__(), self.__dict__', '__init__.py, __init__(), self.__dict__'],
    ['__my_hook__ and __tests__/', '__my_hook__ and __tests__/'],
    ['(__name__ == "__main__")', '(__name__ == &quot;__main__&quot;)'],
    ['__custom__() and x.__other__', '__custom__() and x.__other__'],
    ['__bold__ and __two words__', '<strong>bold</strong> and <strong>two words</strong>'],
    ['**__init__** is called', '<strong>__init__</strong> is called'],
  ])

  it('are never bold while they are being written', () => {
    expect(growing('Call __init__ first, then __enter__() too.').map(({ type }) => type)).not.toContain('strong')
  })
})

describe('paths of Windows', () => {
  check([
    ['C:\\temp\\_new', 'C:\\temp\\_new'],
    ['in C:\\Users\\me\\.config\\[a', 'in C:\\Users\\me\\.config\\[a'],
    ['D:\\_build\\*.log', 'D:\\_build\\*.log'],
    ['C:\\Program Files (x86)\\_app\\!x', 'C:\\Program Files (x86)\\_app\\!x'],
    ['"C:\\(a)\\_b"', '&quot;C:\\(a)\\_b&quot;'],
    ['**C:\\temp\\_new**', '<strong>C:\\temp\\_new</strong>'],
    ['.\\_x, ..\\_y and ~\\_z', '.\\_x, ..\\_y and ~\\_z'],
    ['%APPDATA%\\_x and HKLM\\_y', '%APPDATA%\\_x and HKLM\\_y'],
    ['\\\\server\\share\\_x', '\\\\server\\share\\_x'],
    ['C:\\\\temp\\\\_new', 'C:\\temp\\_new'],
    ['snake\\_case, \\*not\\*, end.\\_', 'snake_case, *not*, end._'],
    ['C:\\temp and then \\_x', 'C:\\temp and then _x'],
    ['D:\\a\\*\\_b\\*.txt', 'D:\\a\\*\\_b\\*.txt'],
    ['src\\_app\\(group)\\page.tsx', 'src\\_app\\(group)\\page.tsx'],
    ['a\\_b\\_c and snake\\_case\\.md', 'a_b_c and snake_case.md'],
    ['C:\\Users\\<you>\\.ssh\\config', 'C:\\Users\\&lt;you&gt;\\.ssh\\config'],
    ['C:\\Users\\[your name]\\_x', 'C:\\Users\\[your name]\\_x'],
    ['[C:\\a](http://a.b)\\_x', '<a href="http://a.b">C:\\a</a>_x'],
    ['a:\\_b and (C:\\x\\_y)', 'a:\\_b and (C:\\x\\_y)'],
  ])
})

describe('formulas in brackets, chemistry, and displayed formulas', () => {
  check([
    ['[\\[5\\]](http://a.b)', '<a href="http://a.b">[5]</a>'],
    ['[\\[\\[5\\]\\]](http://a.b)', '<a href="http://a.b">[[5]]</a>'],
    ['\\[\\[5\\]\\](http://a.b)', '[[5]](<a href="http://a.b">http://a.b</a>)'],
    ['as in \\[5\\], \\[1, 2\\] and \\[sic\\]', 'as in [5], [1, 2] and [sic]'],
    ['\\[x\\] done', '[x] done'],
    ['see [a \\[b\\]](http://a.b)', 'see <a href="http://a.b">a [b]</a>'],
    // A displayed formula or a list ends its line, so a line break after it would be empty.
    ['so $$x = 1$$\nholds', 'so <math display>x = 1</math>holds'],
    ['so \\[x = 1\\] \n**so**\nmore', 'so <math display>x = 1</math><strong>so</strong>\nmore'],
    ['a\n<ul><li>b</li></ul>\nc\nd', 'a\n<ul><li>b</li></ul>c\nd'],
    ['so $$x = 1$$  \nholds', 'so <math display>x = 1</math>holds'],
    ['so \\(x\\)\nholds', 'so <math>x</math>\nholds'],
    ['so \\[x = 1\\] holds', 'so <math display>x = 1</math> holds'],
    ['on [0, 1) we have \\[ f(x) \\] too', 'on [0, 1) we have <math display>f(x)</math> too'],
    ['and \\(n\\) of \\( m \\)', 'and <math>n</math> of <math>m</math>'],
    ['\\ce{H2O} and \\ce{SO4^{2-}}', '<math>\\ce{H2O}</math> and <math>\\ce{SO4^{2-}}</math>'],
    ['glued$$x^2$$here', 'glued<math display>x^2</math>here'],
    ['as$$\n\\mathbf{6}.$$', 'as<math display>\\mathbf{6}.</math>'],
  ])

  it.each([
    ['$$\na = b\n\nc = d\n$$\nafter', '<math>$$\na = b\n\nc = d\n$$</math>true\n<p>after</p>\n'],
    ['\\[\n\n x^2\n\n\\]', '<math>\\[\n\nx^2\n\n\\]</math>true\n'],
    ['$$\nx\n\n\n\\text{and so}\n\ny\n$$', '<math>$$\nx\n\n\n\\text{and so}\n\ny\n$$</math>true\n'],
    ['$$\na = b\n\nThis is prose.', '<p>$$\na = b</p>\n<p>This is prose.</p>\n'],
    ['$$\na = b\n\nc = d\n\nAnd this is prose.', '<p>$$\na = b</p>\n<p>c = d</p>\n<p>And this is prose.</p>\n'],
    ['$$\na = b\n\n- one item of it\n', '<p>$$\na = b</p>\n<ul>\n<li>one item of it</li>\n</ul>\n'],
    ['$$\na\n\n```\ncode\n```\n', '<p>$$\na</p>\n<pre><code>code\n</code></pre>\n'],
    ['> $$\n> a\n>\n> b\n> $$', '<blockquote>\n<math>$$\na\n\nb\n$$</math>true\n</blockquote>\n'],
    ['\\[5\\]\n\n$$, Italian, $$', '<p>[5]</p>\n<p>$$, Italian, $$</p>\n'],
  ])('displayed: %j', (text, html) => {
    expect(wholeHtml(text)).toBe(html)
  })
})

describe('bare URLs end', () => {
  const link = (address: string) => `<a href="${address}">${address}</a>`
  const a = link('https://a.b/c')
  check([
    ['https://a.b/c，然后', `${a}，然后`],
    ['见https://a.b/c。', `见${a}。`],
    ['（https://a.b/c）', `（${a}）`],
    ['「https://a.b/c」、《https://a.b/c》', `「${a}」、《${a}》`],
    ['https://a.b/c中文', `${a}中文`],
    ['https://a.b/cかな https://a.b/cカナ', `${a}かな ${a}カナ`],
    ['https://a.b/c에서', `${a}에서`],
    ['“https://a.b/c” ‘https://a.b/c’', `“${a}” ‘${a}’`],
    ['https://a.b/c… https://a.b/c—so', `${a}… ${a}—so`],
    ['«https://a.b/c»', `«${a}»`],
    ['https://a.b/c：说明；https://a.b/c！', `${a}：说明；${a}！`],
    ['**https://a.b/c**，粗体', `<strong>${a}</strong>，粗体`],
    ['https://a.b/c\u200bnext', `${a}\u200bnext`],
    ['https://a.b/c🎉', `${a}🎉`],
    ['https://a.b/c(d) (https://a.b/c)', `${link('https://a.b/c(d)')} (${a})`],
    [
      'https://a.b/c(d)[e], [https://a.b/c]',
      `${link('https://a.b/c(d)[e]').replace('"https://a.b/c(d)[e]"', '"https://a.b/c(d)%5Be%5D"')}, [${a}]`,
    ],
    ['https://a.b/c?d=e&f=g#h，', `${link('https://a.b/c?d=e&amp;f=g#h')}，`],
    ['请看www.a.b。', '请看<a href="http://www.a.b">www.a.b</a>。'],
    ['（www.a.b）', '（<a href="http://www.a.b">www.a.b</a>）'],
    ['邮箱me@x.org。', '邮箱<a href="mailto:me@x.org">me@x.org</a>。'],
    [
      'https://de.wikipedia.org/wiki/Köln',
      '<a href="https://de.wikipedia.org/wiki/K%C3%B6ln">https://de.wikipedia.org/wiki/Köln</a>',
    ],
  ])
})
