import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Markdown } from '@/components/markdown/markdown'

afterEach(cleanup)

function show(text: string, growing = false): HTMLElement {
  return render(<Markdown text={text} growing={growing} />).container
}

it.each([
  'b',
  'strong',
  'i',
  'em',
  'u',
  'ins',
  's',
  'del',
  'mark',
  'small',
  'sub',
  'sup',
  'kbd',
  'code',
  'samp',
  'var',
])('<%s> becomes an element without attributes', (name) => {
  const container = show(`a <${name}>b</${name}> c, <${name} class="x" onclick="y">d</${name}>`)
  const [made, ...others] = container.querySelectorAll(name)
  expect(made?.textContent).toBe('b')
  expect(made?.getAttributeNames()).toEqual([])
  expect(others).toEqual([])
  expect(container.textContent).toContain(`<${name} class="x" onclick="y">d</${name}>`)
})

it('a cell can hold lists and line breaks', () => {
  const container = show('| a | b |\n|---|---|\n| <ul><li>one</li><li>two</li></ul> | x<br>y |')
  expect([...container.querySelectorAll('td li')].map(({ textContent }) => textContent)).toEqual(['one', 'two'])
  expect(container.querySelectorAll('td br')).toHaveLength(1)
  expect(container.textContent).not.toMatch(/[<>]/)
})

it.each(['<ul>\n<li>one</li>\n</ul>', 'a <ul ><li>one</li></ul>'])(
  'a list in tags is not inside a paragraph: %j',
  (text) => {
    const container = show(text)
    expect(container.querySelector('p')).toBeNull()
    expect(container.querySelector('ul > li')?.textContent).toBe('one')
  },
)

it('a row longer than the head shows all its cells', () => {
  const container = show('| a | b |\n|---|---|\n| 1 | 2 | three | four |')
  expect([...container.querySelectorAll('tbody td')].map(({ textContent }) => textContent)).toEqual([
    ...['1', '2', 'three', 'four'],
  ])
  expect(container.querySelectorAll('thead tr > *')).toHaveLength(4)
  expect(container.querySelectorAll('thead th')).toHaveLength(2)
})

it('a fold is closed, and one without an end tag is open', () => {
  const whole = show('<details>\n<summary>More **of it**</summary>\n\nHidden *words*.\n</details>\n\nAfter.')
  const fold = whole.querySelector('details')
  expect(fold?.open).toBe(false)
  expect(fold?.querySelector(':scope > summary > strong')?.textContent).toBe('of it')
  expect(fold?.querySelector(':scope > p > em')?.textContent).toBe('words')
  expect(fold?.nextElementSibling?.textContent).toBe('After.')
  cleanup()
  expect(show('<details>\n<summary>More</summary>\n\nWords').querySelector('details')?.open).toBe(true)
  cleanup()
  expect(show('<details>\n<summary>More</summary>\n\nWords', true).querySelector('details')?.open).toBe(false)
  cleanup()
  expect(show('<details>\nWords\n</details>').querySelector('summary')?.textContent).toBe('Details')
})

it('a dialogue that looks like definitions stays as it was written', () => {
  const container = show('[Alice]: Hello\n[Bob]: Hi there')
  expect(container.textContent).toBe('[Alice]: Hello[Bob]: Hi there')
})

it('unreferenced definitions become links if their URL is safe', () => {
  show('**Sources**\n\n[1]: https://a.example/b "One"\n[2]: javascript:alert(1)\n[3]: https://c.example/\n\nSee [3].')
  expect(screen.getByRole('link', { name: 'One (https://a.example/b)' }).getAttribute('rel')).toBe(
    'noopener noreferrer',
  )
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    '[1] One (https://a.example/b)',
    '[2]: javascript:alert(1)',
  ])
  expect(screen.getAllByRole('link')).toHaveLength(2)
})

describe('data images', () => {
  const base64 = 'iVBORw0KGgo='

  it.each(['png', 'jpeg', 'jpg', 'gif', 'webp'])('image/%s is shown', (kind) => {
    const picture = show(`See ![a dot](data:image/${kind};base64,${base64}) here.`).querySelector('img')
    expect(picture?.getAttribute('src')).toBe(`data:image/${kind};base64,${base64}`)
    expect(picture?.alt).toBe('a dot')
  })

  it('work with a title, angle brackets, no alternative text, in a link, and in a cell', () => {
    const address = `data:image/png;base64,${base64}`
    for (const text of [
      `![a](${address} "title")`,
      `![a](<${address}>)`,
      `![](${address})`,
      `[![a](${address})](https://a.example/)`,
      `| a |\n|---|\n| ![a](${address}) |`,
    ]) {
      expect(show(text).querySelector('img')?.getAttribute('src')).toBe(address)
      cleanup()
    }
  })

  it.each([
    'data:image/svg+xml;base64,PHN2Zz4=',
    'data:image/svg+xml,<svg onload=alert(1)>',
    'data:text/html;base64,PHN2Zz4=',
    'data:image/png,raw',
    'data:image/png;base64,no"quotes',
  ])('%s is not shown', (address) => {
    const container = show(`![a map](${address})`)
    expect(container.querySelector('img, a, svg')).toBeNull()
    expect(container.textContent).toContain('a map')
  })

  it('are shown up to five megabytes, and not while they are being written', { timeout: 20_000 }, async () => {
    const large = `data:image/png;base64,${'A'.repeat(6 * 1024 * 1024)}`
    const shown = show(`![a](${large})`)
    await vi.waitFor(() => expect(shown.querySelector('img')).not.toBeNull(), { timeout: 5000 })
    cleanup()
    const refused = show(`![a](${large}${'A'.repeat(1024 * 1024)})`)
    await vi.waitFor(() => expect(refused.textContent).toBe('a (too large to show: 5.3 MB)'), { timeout: 5000 })
    expect(refused.querySelector('img')).toBeNull()
    cleanup()
    expect(show('![a](data:image/png;base64,AAAA', true).textContent).toBe('a')
  })
})
