import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Markdown } from '@/components/markdown/markdown'

afterEach(cleanup)

function show(text: string) {
  return render(<Markdown text={text} growing={false} />).container
}

describe('hostile replies', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java&#x09;script:alert(1)',
    '&#106;avascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '/settings',
    '//evil.example/x',
  ])('a link to %s is text', (address) => {
    const container = show(`[press me](${address}) and <${address}>`)
    expect(container.textContent).toContain('press me')
    for (const link of container.querySelectorAll('a')) expect(link.getAttribute('href')).toBeNull()
    expect(container.querySelector('script')).toBeNull()
  })

  it('web links open in a new tab, without a referrer', () => {
    show('[the sea](https://sea.example/a?b=c)')
    const link = screen.getByRole('link', { name: 'the sea' })
    expect(link.getAttribute('href')).toBe('https://sea.example/a?b=c')
    expect(link.getAttribute('target')).toBe('_blank')
    expect(link.getAttribute('rel')).toBe('noopener noreferrer')
  })

  it.each([
    '<img src=x onerror=alert(1)>',
    'before <b onclick="alert(1)">bold</b> after',
    '<iframe src="https://evil.example"></iframe>',
    '- in a list <svg onload=alert(1)>',
    '> <style>*{display:none}</style>',
  ])('raw HTML is shown as text: %s', (text) => {
    const container = show(text)
    expect(container.querySelector('img, b, iframe, svg, style, script')).toBeNull()
    expect(container.textContent).toContain(text.replace(/^[->] /, ''))
  })

  it('an external image is not loaded but linked', () => {
    const container = show('![a map](https://tracker.example/pixel.png?who=you)')
    expect(container.querySelector('img')).toBeNull()
    const link = screen.getByRole('link', { name: 'Open image from tracker.example: a map' })
    expect(link.getAttribute('rel')).toBe('noopener noreferrer')
  })

  it('an image with an unsafe URL shows its alternative text', () => {
    const container = show('![a map](javascript:alert(1))')
    expect(container.querySelector('img, a')).toBeNull()
    expect(container.textContent).toContain('a map')
  })
})

describe('finished content', () => {
  it('keeps its nodes while the text grows', () => {
    const { container, rerender } = render(<Markdown text={'# One\n\nTwo **bold**\n\nThr'} growing />)
    const [heading, paragraph] = [container.querySelector('h3'), container.querySelector('p')]
    rerender(<Markdown text={'# One\n\nTwo **bold**\n\nThree\n\n- four\n- five'} growing />)
    rerender(<Markdown text={'# One\n\nTwo **bold**\n\nThree\n\n- four\n- five'} growing={false} />)
    expect(container.querySelector('h3')).toBe(heading)
    expect(container.querySelector('p')).toBe(paragraph)
    expect(container.querySelectorAll('li')).toHaveLength(2)
  })

  it('keeps a list’s items, numbers, and nested lists', () => {
    const { container, rerender } = render(<Markdown text={'3. three\n4. four\n   - in'} growing />)
    const first = container.querySelector('li')
    rerender(<Markdown text={'3. three\n4. four\n   - inner\n   - more\n\n5. five'} growing />)
    expect(container.querySelector('li')).toBe(first)
    expect(container.querySelector('ol')?.getAttribute('start')).toBe('3')
    expect(container.querySelectorAll('ol > li')).toHaveLength(3)
    expect(container.querySelectorAll('ol > li ul > li')).toHaveLength(2)
  })

  it('keeps a list’s elements from its first word on', () => {
    const { container, rerender } = render(<Markdown text="1. a **bold** wo" growing />)
    const before = ['ol', 'li', 'p', 'strong'].map((name) => ({ name, element: container.querySelector(name) }))
    expect(before.map(({ element }) => element)).not.toContain(null)
    rerender(<Markdown text="1. a **bold** word, and" growing />)
    rerender(<Markdown text={'1. a **bold** word, and more\n2. t'} growing />)
    for (const { name, element } of before) expect(container.querySelector(name)).toBe(element)
    expect(container.textContent).toContain('word, and more')
  })

  it('resolves references by definitions in later blocks', () => {
    const { rerender } = render(<Markdown text={'See [the sea][s].\n\nMore.\n\n'} growing />)
    rerender(<Markdown text={'See [the sea][s].\n\nMore.\n\n[s]: https://sea.example/\n\n'} growing />)
    expect(screen.getByRole('link', { name: 'the sea' }).getAttribute('href')).toBe('https://sea.example/')
  })

  it('shows the text of footnotes', () => {
    const container = show('Deep.[^1]\n\n[^1]: As wells are.')
    expect(container.textContent).toContain('As wells are.')
  })

  it('keeps the spaces and the language of code', () => {
    const container = show('```ts\nconst a  =  1\n  two()\n```')
    expect(container.querySelector('code')?.textContent).toBe('const a  =  1\n  two()')
    expect(screen.getByRole('figure', { name: 'Code, ts' })).toBeTruthy()
  })

  it('shows code in a list as a code block', () => {
    show('- step\n\n  ```sh\n  ls -la\n  ```\n')
    expect(screen.getByRole('figure', { name: 'Code, sh' }).querySelector('code')?.textContent).toBe('ls -la')
  })
})

describe('while a block is being written', () => {
  it.each([
    ['a **bold', 'a bold', 'strong'],
    ['a **bold with `code` in', 'a bold with code in', 'strong code'],
    ['a **bold *and it', 'a bold and it', 'strong em'],
    ['an *it', 'an it', 'em'],
    ['some ~~gone', 'some gone', 'del'],
    ['some `cod', 'some cod', 'code'],
    ['see [the sea', 'see the sea', 'p'],
    ['see [the sea](https://se', 'see the sea', 'p'],
    ['- item\n- a **bold', 'a bold', 'li:last-child strong'],
    ['done **bold*', 'done bold', 'strong'],
    ['see ![the sea](https://se', 'see the sea', 'p'],
    ['a mark[^1', 'a mark', 'p'],
    ['a mark[^1]', 'a mark1', 'sup'],
    ['a \\(x^2 + y', 'a x^2 + y', 'code[data-unfinished]'],
    ['a $x_1 + y', 'a x_1 + y', 'code[data-unfinished]'],
    ['text\n\n``', 'text', 'p'],
    ['text\n\n```t', 'text', 'p'],
    ['| a | b |\n|---|---|\n| one | **tw', 'two'.slice(0, 2), 'td strong'],
    ['> a **quo', 'a quo', 'blockquote strong'],
    ['see <https://sea.exa', 'see https://sea.exa', 'p'],
  ])('%s shows no raw marks', (text, shown, selector) => {
    const { container } = render(<Markdown text={text} growing />)
    expect(container.textContent).toContain(shown)
    expect(container.textContent).not.toMatch(/[*~`[\]]/)
    expect(container.querySelector(selector)).not.toBeNull()
  })

  it.each(['2 * 3 is six', 'snake_case_name', 'a[0] is first', '5*3', 'It costs $5 and $10', 'US$5 or CA$6'])(
    '%s stays as it is',
    (text) => {
      const { container } = render(<Markdown text={text} growing />)
      expect(container.textContent).toBe(text)
    },
  )

  it('a line that may become a list doesn’t make a heading of the line above', () => {
    const { container } = render(<Markdown text={'A paragraph\n-'} growing />)
    expect(container.querySelector('h3')).toBeNull()
    expect(container.querySelector('p')?.textContent).toBe('A paragraph')
  })

  it('an unfinished definition is not shown', () => {
    const { container } = render(<Markdown text={'See [s].\n\n[s]: https://se'} growing />)
    expect(container.textContent).toBe('See [s].')
  })

  it('a table is shown once it is certain', () => {
    const { container, rerender } = render(<Markdown text={'| a | b |'} growing />)
    expect(container.textContent).toBe('')
    rerender(<Markdown text={'| a | b |\n|---|---|\n| 1'} growing />)
    expect(container.querySelectorAll('th')).toHaveLength(2)
  })

  it.each([
    '[Alice]: Hello there',
    '[Alice]: Hello "there" you',
    '|x| is the absolute value of x, and',
    `| ${'a | '.repeat(70)}`,
  ])('%s is shown before the line ends, since it is too long for a definition or a head', async (text) => {
    const { container } = render(<Markdown text={text} growing />)
    await vi.waitFor(() => expect(container.textContent).toBe(text.trim()))
  })

  it.each([
    '[s]: https://sea.example/',
    '[s]:\nhttps://se',
    '[s]: /u "A title',
    '| Name | A longer name of a col',
    '|a|b',
  ])('%s is not shown: it may be a definition, or the head of a table', (text) => {
    const { container } = render(<Markdown text={text} growing />)
    expect(container.textContent).toBe('')
  })

  it('shows all of an ambiguous text once it is finished', () => {
    const { container, rerender } = render(<Markdown text={'| a **b [c'} growing />)
    rerender(<Markdown text={'| a **b [c'} growing={false} />)
    expect(container.textContent).toBe('| a **b [c')
  })
})

describe('copying', () => {
  const table = '| Name | Sum |\n|---|--:|\n| =HYPERLINK("x") | -3.5 |\n| a, b \\| c | +4 |\n| **bold** | @x |\n'

  it('copies a table as CSV without formulas', async () => {
    const copied = await copy(table, 'Copy table as CSV')
    expect(copied.split('\n')).toEqual(['Name,Sum', `"'=HYPERLINK(""x"")",-3.5`, '"a, b | c",+4', "bold,'@x"])
  })

  it('copies a table as markdown', async () => {
    const copied = await copy(table, 'Copy table as markdown')
    expect(copied.split('\n')[1]).toBe('| --- | ---: |')
    expect(copied).toContain('| a, b \\| c | +4 |')
  })

  it('copies code that is still being written', async () => {
    const { container } = render(<Markdown text={'```js\nconst a = 1\ncons'} growing />)
    expect(container.querySelector('code')?.textContent).toBe('const a = 1\ncons')
    expect(await clicked('Copy code')).toBe('const a = 1\ncons')
  })
})

describe('a long reply', () => {
  it('keeps finished chunks', async () => {
    const text = `${Array.from({ length: 300 }, (_, index) => `Paragraph ${index}.`).join('\n\n')}\n\n`
    const { container, rerender } = render(<Markdown text={text} growing />)
    await vi.waitFor(() => expect(container.querySelectorAll('p')).toHaveLength(300))
    const before = [...container.querySelectorAll('p')]
    rerender(<Markdown text={`${text}${'More. '.repeat(40)}`} growing={false} />)
    const after = [...container.querySelectorAll('p')]
    expect(after).toHaveLength(301)
    expect(after.slice(0, 300).every((each, place) => each === before[place])).toBe(true)
    expect(after[299]?.textContent).toBe('Paragraph 299.')
  })

  it('continues a long list with its numbers, and a long table with its head', async () => {
    const items = Array.from({ length: 100 }, (_, index) => `${index + 5}. item ${index}`).join('\n')
    const rows = Array.from({ length: 100 }, (_, index) => `| row ${index} | x |`).join('\n')
    const container = show(`${items}\n\n| a | b |\n|---|---|\n${rows}`)
    // It is mounted step by step, from its end.
    await vi.waitFor(() => expect(container.querySelectorAll('li, tbody tr')).toHaveLength(200))
    expect([...container.querySelectorAll('ol')].map((list) => list.start)).toEqual([5, 37, 69, 101])
    expect(container.querySelectorAll('li')).toHaveLength(100)
    expect(container.querySelectorAll('table')).toHaveLength(4)
  })
})

async function copy(text: string, button: string): Promise<string> {
  show(text)
  return await clicked(button)
}

/** What a button copies, without the Clipboard API. */
async function clicked(button: string): Promise<string> {
  let copied = ''
  Object.assign(document, {
    execCommand: () => {
      copied = document.querySelector('textarea')?.value ?? ''
      return true
    },
  })
  screen.getByRole('button', { name: button }).click()
  await vi.waitFor(() => expect(copied).not.toBe(''))
  return copied
}
