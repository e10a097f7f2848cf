import { describe, expect, it } from 'vitest'
import { MarkdownDocument } from '@/lib/markdown/document'
import { parseInlines } from '@/lib/markdown/inlines/inline-parser'
import { htmlOf, wholeHtml } from './html'

/** A text, and its HTML without the ends of lines. */
type Case = [text: string, html: string]

const rules: Case[] = [
  ['text\n---', '<p>text</p><hr />'],
  ['A paragraph.\nOf two lines\n---\nNext', '<p>A paragraph.Of two lines</p><hr /><p>Next</p>'],
  ['text\n--- \n', '<p>text</p><hr />'],
  ['**Bold**\n---\n', '<p><strong>Bold</strong></p><hr />'],
  [
    'That is all, and I hope it helps!\n----------------------------------',
    '<p>That is all, and I hope it helps!</p><hr />',
  ],
  ['A long line that nobody underlined\n-----', '<p>A long line that nobody underlined</p><hr />'],
  ['这是一段话\n---\n另一段', '<p>这是一段话</p><hr /><p>另一段</p>'],
  ['- item\n  more\n  ---\n', '<ul><li>itemmore<hr /></li></ul>'],
  ['> quoted\n> ---', '<blockquote><p>quoted</p><hr /></blockquote>'],
  ['---\ntitle: x\n---\nBody', '<hr /><p>title: x</p><hr /><p>Body</p>'],
  ['text\n--', '<p>text--</p>'],
  ['Overview\n--------\nWords', '<h2>Overview</h2><p>Words</p>'],
  ['Title\n===', '<h1>Title</h1>'],
]

const headings: Case[] = [
  ['##标题', '<h2>标题</h2>'],
  ['###1. 概述', '<h3>1. 概述</h3>'],
  ['##标题##', '<h2>标题</h2>'],
  ['##Summary', '<h2>Summary</h2>'],
  ['##🚀 Start', '<h2>🚀 Start</h2>'],
  ['##**重点**', '<h2><strong>重点</strong></h2>'],
  ['####「引用」', '<h4>「引用」</h4>'],
  ['text\n##标题', '<p>text</p><h2>标题</h2>'],
  ['- ##标题', '<ul><li><h2>标题</h2></li></ul>'],
  ['#话题', '<p>#话题</p>'],
  ['#美食 #旅行', '<p>#美食 #旅行</p>'],
  ['##[error] failed', '<p>##[error] failed</p>'],
  ['#######七', '<p>#######七</p>'],
  ['##C#', '<h2>C#</h2>'],
  ['\\##标题', '<p>##标题</p>'],
]

const fences: Case[] = [
  [
    '```markdown\n# T\n```python\nx = 1\n```\nmore\n```\nAfter **it**',
    '<pre><code class="language-markdown"># T```pythonx = 1```more</code></pre><p>After <strong>it</strong></p>',
  ],
  [
    '```md\n```js\na\n```\n```ts\nb\n```\n```\nend',
    '<pre><code class="language-md">```jsa``````tsb```</code></pre><p>end</p>',
  ],
  [
    '```markdown\n```md\n```js\na\n```\n```\n```\nend',
    '<pre><code class="language-markdown">```md```jsa``````</code></pre><p>end</p>',
  ],
  [
    '```Markdown title="a"\n1. Step\n    ```bash\n    npm i\n    ```\n```\nend',
    '<pre><code class="language-Markdown">1. Step    ```bash    npm i    ```</code></pre><p>end</p>',
  ],
  ['~~~markdown\n~~~js\na\n~~~\n~~~\nend', '<pre><code class="language-markdown">~~~jsa~~~</code></pre><p>end</p>'],
  ['````markdown\n```js\na\n```\n````\nend', '<pre><code class="language-markdown">```jsa```</code></pre><p>end</p>'],
  ['~~~markdown\n```js\n~~~\nend', '<pre><code class="language-markdown">```js</code></pre><p>end</p>'],
  [
    '- ```markdown\n  ```js\n  a\n  ```\n  ```\n- two',
    '<ul><li><pre><code class="language-markdown">```jsa```</code></pre></li><li>two</li></ul>',
  ],
  ['```markdown\nplain\n```\nend', '<pre><code class="language-markdown">plain</code></pre><p>end</p>'],
  ['```js\n```py\n```\nend', '<pre><code class="language-js">```py</code></pre><p>end</p>'],
  ['```\n```js\n```\nend', '<pre><code>```js</code></pre><p>end</p>'],
]

const cells: Case[] = [
  row('`a || b` | c', '<code>a || b</code>', 'c'),
  row('$|a| = 3$ | c', '<math>|a| = 3</math>', 'c'),
  row('x | $P(A|B)$', 'x', '<math>P(A|B)</math>'),
  row('\\(P(A|B)\\) | c', '<math>P(A|B)</math>', 'c'),
  row('$$P(A|B)$$ | c', '<math display>P(A|B)</math>', 'c'),
  row('`ls | wc` | `a|b|c`', '<code>ls | wc</code>', '<code>a|b|c</code>'),
  row('``a ` | b`` | c', '<code>a ` | b</code>', 'c'),
  row('`a | $b$', '`a', '<math>b</math>'),
  row('$5 | $10', '$5', '$10'),
  row('$5 | $10 | $15', '$5', '$10', '$15'),
  row('one | two | three', 'one', 'two', 'three'),
  row('one | two | |', 'one', 'two'),
  row('a \\| b | c', 'a | b', 'c'),
  row('`a` | b | `c|d`', '<code>a</code>', 'b', '<code>c|d</code>'),
  row('`a \\| b` | c', '<code>a | b</code>', 'c'),
  row('one', 'one', ''),
  [
    '| `a|b` | c |\n|---|---|\n| 1 | 2 |',
    '<table><thead><tr><th><code>a|b</code></th><th>c</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
  ],
]

const tags: Case[] = [
  ['H<sub>2</sub>O, x<sup>2</sup>', '<p>H<sub>2</sub>O, x<sup>2</sup></p>'],
  ['<kbd>Ctrl</kbd>+<kbd>C</kbd>', '<p><kbd>Ctrl</kbd>+<kbd>C</kbd></p>'],
  [
    '<mark>seen</mark> <u>under</u> <b>bold</b> <i>it</i>',
    '<p><mark>seen</mark> <u>under</u> <b>bold</b> <i>it</i></p>',
  ],
  ['**H<sub>2</sub>O** and <b>*x*</b>', '<p><strong>H<sub>2</sub>O</strong> and <b><em>x</em></b></p>'],
  ['<b><i>both</i></b>', '<p><b><i>both</i></b></p>'],
  ['one<br>two<BR/>three<br />four', '<p>one<br />two<br />three<br />four</p>'],
  ['one<br>\ntwo', '<p>one<br />two</p>'],
  ['<br>', '<p><br /></p>'],
  ['<mark>\nlines\n</mark>', '<p><mark>lines</mark></p>'],
  row('a<br>b | <ul><li>one</li><li>two</li></ul>', 'a<br />b', '<ul><li>one</li><li>two</li></ul>'),
  row('<ol><li>one<li>**two**</ol> | c', '<ol><li>one</li><li><strong>two</strong></li></ol>', 'c'),
  ['<ul>\n<li>one</li>\n<li>two</li>\n</ul>', '<p><ul><li>one</li><li>two</li></ul></p>'],
  ['<ul><li>a<ul><li>b</li></ul></li></ul>', '<p><ul><li>a<ul><li>b</li></ul></li></ul></p>'],
]

/** What has an attribute, no other half, or another name stays the text that it is: the page shows it as text. */
const notTags: string[] = [
  '<b class="x">y</b>',
  '<span style="color:red">y</span>',
  '<u onclick="alert(1)">y</u>',
  '<sub>y',
  'y</sub>',
  '<font>y</font>',
  '<iframe>y</iframe>',
  '<li>y</li>',
  'x <y and <z>',
]

const details: Case[] = [
  [
    '<details>\n<summary>More</summary>\n\nHidden **words**.\n\n</details>\n\nAfter.',
    '<details><summary>More</summary><p>Hidden <strong>words</strong>.</p></details><p>After.</p>',
  ],
  ['<details><summary>A</summary>B</details>', '<details><summary>A</summary><p>B</p></details>'],
  ['<details open>\n<summary>A</summary>\nB\n</details>', '<details><summary>A</summary><p>B</p></details>'],
  [
    '<details>\n<summary>\nA <b>b</b>\n</summary>\nB\n</details>',
    '<details><summary>A <b>b</b></summary><p>B</p></details>',
  ],
  ['<details>\nB\n</details>', '<details><p>B</p></details>'],
  [
    '<details>\n<summary>Code</summary>\n\n```html\n</details>\n```\n\n- a\n- b\n</details>\nAfter',
    '<details><summary>Code</summary><pre><code class="language-html">&lt;/details&gt;</code></pre><ul><li>a</li><li>b</li></ul></details><p>After</p>',
  ],
  [
    '<details>\n<summary>A</summary>\n<details>\n<summary>B</summary>\nc\n</details>\nd\n</details>',
    '<details><summary>A</summary><details><summary>B</summary><p>c</p></details><p>d</p></details>',
  ],
  [
    '- <details>\n  <summary>A</summary>\n\n  b\n  </details>\n- two',
    '<ul><li><details><summary>A</summary><p>b</p></details></li><li>two</li></ul>',
  ],
  [
    '> <details><summary>A</summary>\n> b\n> </details>',
    '<blockquote><details><summary>A</summary><p>b</p></details></blockquote>',
  ],
  ['<details>\n<summary>A</summary>\ncut', '<details><summary>A</summary><p>cut</p></details>'],
  ['<details class="x">b</details>', '<details class="x">b</details>'],
  ['<detailsx>b</details>', '<p><detailsx>b</details></p>'],
  ['    <details>b</details>', '<pre><code>&lt;details&gt;b&lt;/details&gt;</code></pre>'],
  ['- a\n\n  - <details>b</details>', '<ul><li><p>a</p><ul><li><details><p>b</p></details></li></ul></li></ul>'],
  ['a </details>', '<p>a </details></p>'],
]

const links: Case[] = [
  ['Sources\n\n[1]: https://a.b/c', '<p>Sources</p><ul class="links"><li>[1] https://a.b/c</li></ul>'],
  [
    '**Sources**\n\n[1]: https://a.b/ "One"\n[2]: https://c.d/\n\n[3]: https://e.f/',
    '<p><strong>Sources</strong></p><ul class="links"><li>[1] https://a.b/ One</li><li>[2] https://c.d/</li><li>[3] https://e.f/</li></ul>',
  ],
  [
    'See [1] and [x][2].\n\n[1]: https://a.b/\n[2]: https://c.d/',
    '<p>See <a href="https://a.b/">1</a> and <a href="https://c.d/">x</a>.</p>',
  ],
  [
    'See [1].\n\n[1]: https://a.b/\n[2]: https://c.d/',
    '<p>See <a href="https://a.b/">1</a>.</p><ul class="links"><li>[2] https://c.d/</li></ul>',
  ],
  ['[1]: https://a.b/\n\nThen [1].', '<p>Then <a href="https://a.b/">1</a>.</p>'],
  ['`[1]`\n\n[1]: https://a.b/', '<p><code>[1]</code></p><ul class="links"><li>[1] https://a.b/</li></ul>'],
  [
    '[a](https://x.y/)\n\n[a]: https://a.b/',
    '<p><a href="https://x.y/">a</a></p><ul class="links"><li>[a] https://a.b/</li></ul>',
  ],
  [
    '[a]\n\n[a]: https://a.b/\n[a]: https://c.d/',
    '<p><a href="https://a.b/">a</a></p><ul class="links"><li>[a] https://c.d/</li></ul>',
  ],
  ['- x\n\n  [1]: https://a.b/', '<ul><li><p>x</p><ul class="links"><li>[1] https://a.b/</li></ul></li></ul>'],
  ['[Note]: remember', '<ul class="links"><li>[Note] remember</li></ul>'],
  ['[1]: https://a.b/\nand text', '<ul class="links"><li>[1] https://a.b/</li></ul><p>and text</p>'],
  [
    '| [1] |\n|---|\n| x |\n\n[1]: https://a.b/',
    '<table><thead><tr><th><a href="https://a.b/">1</a></th></tr></thead><tbody><tr><td>x</td></tr></tbody></table>',
  ],
]

function row(text: string, ...inner: string[]): Case {
  const body = inner.map((cell) => `<td>${cell}</td>`).join('')
  return [
    `| h | i |\n|---|---|\n| ${text}${text.endsWith('|') ? '' : ' |'}`,
    `<table><thead><tr><th>h</th><th>i</th></tr></thead><tbody><tr>${body}</tr></tbody></table>`,
  ]
}

describe.each([
  ['a rule under a paragraph', rules],
  ['headings without a space', headings],
  ['fences in fences', fences],
  ['pipes in cells', cells],
  ['harmless tags', tags],
  ['what opens and closes', details],
  ['definitions that nobody refers to', links],
])('%s', (_, all) => {
  it.each(all)('%j', (text, html) => {
    expect(flat(wholeHtml(text))).toBe(html)
    expect(flat(grown(text))).toBe(html)
  })
})

it.each(notTags)('%j stays text', (text) => {
  const inlines = parseInlines(text, { definition: () => null, isFootnote: () => false }, false)
  expect(inlines.map(({ type }) => type)).not.toContain('element')
})

describe('while it is written', () => {
  it.each([
    ['a line of H<sub>2', '<p>a line of H<sub>2</sub></p>'],
    ['a key <kbd>', '<p>a key </p>'],
    ['x <ul><li>one</li><li>', '<p>x <ul><li>one</li></ul></p>'],
    ['a line of H<su', '<p>a line of H</p>'],
    ['a key <kbd>Ctrl</k', '<p>a key <kbd>Ctrl</kbd></p>'],
    ['**bold <u>und', '<p><strong>bold <u>und</u></strong></p>'],
    [
      '| h | i |\n|---|---|\n| `a || b',
      '<table><thead><tr><th>h</th><th>i</th></tr></thead><tbody><tr><td><code>a || b</code></td><td></td></tr></tbody></table>',
    ],
    [
      '| h | i |\n|---|---|\n| $HOME | b',
      '<table><thead><tr><th>h</th><th>i</th></tr></thead><tbody><tr><td>$HOME</td><td>b</td></tr></tbody></table>',
    ],
    ['text\n---', '<p>text</p>'],
    ['text\n\n##', '<p>text</p>'],
    ['x\n\n<det', '<p>x</p>'],
  ])('%j shows no marks', (text, html) => {
    const document = new MarkdownDocument()
    document.append(text)
    expect(flat(htmlOf(document))).toBe(html)
  })
})

function grown(text: string): string {
  const document = new MarkdownDocument()
  for (const character of text) {
    document.append(character)
    htmlOf(document)
  }
  document.finish()
  return htmlOf(document)
}

function flat(html: string): string {
  return html.replaceAll('\n', '')
}
