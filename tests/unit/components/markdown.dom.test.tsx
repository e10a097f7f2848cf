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

  it('references find their definition in another block, also one that comes later', () => {
    const { rerender } = render(<Markdown text={'See [the sea][s].\n\nMore.\n\n'} growing />)
    rerender(<Markdown text={'See [the sea][s].\n\nMore.\n\n[s]: https://sea.example/\n'} growing />)
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
