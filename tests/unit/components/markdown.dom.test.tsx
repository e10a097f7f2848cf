import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { Markdown } from '@/components/markdown/markdown'

afterEach(cleanup)

function show(text: string) {
  return render(<Markdown text={text} growing={false} />).container
}

describe('what a reply may not do', () => {
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
  ])('a link to %s is dead, and its words stay', (address) => {
    const container = show(`[press me](${address}) and <${address}>`)
    expect(container.textContent).toContain('press me')
    for (const link of container.querySelectorAll('a')) expect(link.getAttribute('href')).toBeNull()
    expect(container.querySelector('script')).toBeNull()
  })

  it('links to the web open elsewhere and tell nothing', () => {
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

  it('an outside image is not loaded, only offered', () => {
    const container = show('![a map](https://tracker.example/pixel.png?who=you)')
    expect(container.querySelector('img')).toBeNull()
    const link = screen.getByRole('link', { name: 'Open image from tracker.example: a map' })
    expect(link.getAttribute('rel')).toBe('noopener noreferrer')
  })

  it('an image from a place that may not be opened leaves its words', () => {
    const container = show('![a map](javascript:alert(1))')
    expect(container.querySelector('img, a')).toBeNull()
    expect(container.textContent).toContain('a map')
  })
})

describe('what a reply keeps', () => {
  it('finished blocks keep their nodes while the text grows', () => {
    const { container, rerender } = render(<Markdown text={'# One\n\nTwo **bold**\n\nThr'} growing />)
    const [heading, paragraph] = [container.querySelector('h3'), container.querySelector('p')]
    rerender(<Markdown text={'# One\n\nTwo **bold**\n\nThree\n\n- four\n- five'} growing />)
    rerender(<Markdown text={'# One\n\nTwo **bold**\n\nThree\n\n- four\n- five'} growing={false} />)
    expect(container.querySelector('h3')).toBe(heading)
    expect(container.querySelector('p')).toBe(paragraph)
    expect(container.querySelectorAll('li')).toHaveLength(2)
  })

  it('a list keeps its finished items, its numbers and what is nested in it', () => {
    const { container, rerender } = render(<Markdown text={'3. three\n4. four\n   - in'} growing />)
    const first = container.querySelector('li')
    rerender(<Markdown text={'3. three\n4. four\n   - inner\n   - more\n\n5. five'} growing />)
    expect(container.querySelector('li')).toBe(first)
    expect(container.querySelector('ol')?.getAttribute('start')).toBe('3')
    expect(container.querySelectorAll('ol > li')).toHaveLength(3)
    expect(container.querySelectorAll('ol > li ul > li')).toHaveLength(2)
  })

  it('references find their definition in another block, also one that comes later', () => {
    const { rerender } = render(<Markdown text={'See [the sea][s].\n\nMore.\n\n'} growing />)
    rerender(<Markdown text={'See [the sea][s].\n\nMore.\n\n[s]: https://sea.example/\n\n'} growing />)
    expect(screen.getByRole('link', { name: 'the sea' }).getAttribute('href')).toBe('https://sea.example/')
  })

  it('footnotes lose no word', () => {
    const container = show('Deep.[^1]\n\n[^1]: As wells are.')
    expect(container.textContent).toContain('As wells are.')
  })

  it('code keeps its spaces and its language', () => {
    const container = show('```ts\nconst a  =  1\n  two()\n```')
    expect(container.querySelector('code')?.textContent).toBe('const a  =  1\n  two()')
    expect(screen.getByRole('figure', { name: 'Code, ts' })).toBeTruthy()
  })

  it('code in a list is a code block as well', () => {
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
  ])('%s shows no raw marks', (text, shown, selector) => {
    const { container } = render(<Markdown text={text} growing />)
    expect(container.textContent).toContain(shown)
    expect(container.textContent).not.toMatch(/[*~`[\]]/)
    expect(container.querySelector(selector)).not.toBeNull()
  })

  it.each(['2 * 3 is six', 'snake_case_name', 'a[0] is first', '5*3'])('%s is left as it is', (text) => {
    const { container } = render(<Markdown text={text} growing />)
    expect(container.textContent).toBe(text)
  })

  it('a line that may become a list does not make a heading of the one above', () => {
    const { container } = render(<Markdown text={'A paragraph\n-'} growing />)
    expect(container.querySelector('h3')).toBeNull()
    expect(container.querySelector('p')?.textContent).toBe('A paragraph')
  })

  it('a table shows when it is one', () => {
    const { container, rerender } = render(<Markdown text={'| a | b |'} growing />)
    expect(container.textContent).toBe('')
    rerender(<Markdown text={'| a | b |\n|---|---|\n| 1'} growing />)
    expect(container.querySelectorAll('th')).toHaveLength(2)
  })

  it('says it all in the end, whatever it was', () => {
    const { container, rerender } = render(<Markdown text={'| a **b [c'} growing />)
    rerender(<Markdown text={'| a **b [c'} growing={false} />)
    expect(container.textContent).toBe('| a **b [c')
  })
})
