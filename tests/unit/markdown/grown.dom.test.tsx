import { cleanup, render } from '@testing-library/react'
import fc from 'fast-check'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Markdown } from '@/components/markdown/markdown'

const pieces = fc.constantFrom(
  ...['words ', 'more\n', '\n', '\n\n', '# h\n', '**bold', '**', '`', '> ', '```\n', '***\n', '---\n', '    '],
  ...['| a | b |\n|---|---|\n', '| 1 | R&D |\n', '| [x] | [^1] |\n', '| *a', ' | ', '| **b** | [^2]\n', '|x| '],
  ...['$$\n', '\\[\n', '\\]\n', '$x^2$', 'a = b [^1] [x]\n', '$5 ', '$$ a = b\n'],
  ...['- item\n', '  - inner [^2]\n', '- [ ] task\n', '1. one [x]\n', '2. two\n'],
  ...[
    '[^1]',
    '[^2]',
    '[^1]: note\n',
    '[^2]: other [^1]\n\n    more\n',
    '[x]',
    '[x]: http://y.z\n',
    '[x]: wrong words\n',
  ],
  ...['[a [^1]](http://a.b) ', '[![p](http://p.q)](http://r.s) ', '![a [^1]](http://i.j)', '<!--\n', '-->\n', 'wow!\n'],
  ...[
    '<details>\n',
    '<summary>s</summary>\n',
    '</details>\n',
    '<ul>\n',
    '<li>i</li>\n',
    '</ul>\n',
    '<sub>',
    '</sub>',
    '<br>',
  ],
  ...['| `a|b` | 2 | 3\n', '##x\n', '```md\n', '```js\n', '[y]: http://a.b\n'],
)

/** Renders a growing text, and returns the page's HTML after each piece. */
class Page {
  private readonly element = document.createElement('div')
  private readonly root = createRoot(this.element)

  show(text: string, growing: boolean): string {
    flushSync(() => this.root.render(<Markdown text={text} growing={growing} />))
    return withoutNames(this.element.innerHTML)
  }

  leave(): void {
    flushSync(() => this.root.unmount())
  }
}

function fresh(text: string, growing: boolean): string {
  const page = new Page()
  const html = page.show(text, growing)
  page.leave()
  return html
}

/** Renumbers generated ids, which differ between two pages. */
function withoutNames(html: string): string {
  const names = new Map<string, number>()
  return html.replace(/(?<=note-(?:mark-)?)\d[\d-]*/g, (name) => {
    if (!names.has(name)) names.set(name, names.size)
    return String(names.get(name))
  })
}

beforeAll(() => {
  // With reduced motion, text isn't spread over frames.
  vi.stubGlobal('matchMedia', () => ({ matches: true }))
})
afterAll(async () => {
  vi.unstubAllGlobals()
  // Lets React finish its work on unmounted trees.
  for (let step = 0; step < 50; step++) await new Promise((resolve) => setImmediate(resolve))
})

/** The page after a text arrived in pieces and was finished. */
function grow(...parts: string[]): HTMLElement {
  const { container, rerender } = render(<Markdown text="" growing />)
  let text = ''
  for (const part of parts) {
    text += part
    rerender(<Markdown text={text} growing />)
  }
  rerender(<Markdown text={text} growing={false} />)
  return container
}

function textsOf(container: HTMLElement, selector: string): (string | null)[] {
  return [...container.querySelectorAll(selector)].map((each) => each.textContent)
}

afterEach(cleanup)

describe('text that comes later', () => {
  it('keeps the last cell of a table', () => {
    expect(textsOf(grow('| a | b |\n|---|---|\n', '| 1 | R&D |\n', '\n', 'After.'), 'td')).toEqual(['1', 'R&D'])
    expect(textsOf(grow('| a | b |\n|---|---|\n', '| 1 | Wow! |\n'), 'td')).toEqual(['1', 'Wow!'])
  })

  it('resolves references in the head and every row of a table', () => {
    const rows = '| [x][r] | y[^1] |\n'.repeat(40)
    const container = grow(
      '| [h][r] | b |\n|---|---|\n',
      rows,
      '\nText\n\n',
      '[r]: https://e.example/\n\n',
      '[^1]: note\n',
    )
    expect(container.querySelectorAll('th > a')).toHaveLength(container.querySelectorAll('thead').length)
    expect(container.querySelectorAll('td > a')).toHaveLength(40)
    expect(container.querySelectorAll('td > sup > a')).toHaveLength(40)
  })

  it('resolves references in an unclosed formula, which is text', () => {
    const container = grow('$$\na = b [x][r] c[^1]\n\n', 'Text\n\n', '[r]: https://e.example/\n\n', '[^1]: note\n')
    expect(container.querySelector('p a')?.getAttribute('href')).toBe('https://e.example/')
    expect(container.querySelector('p sup a')).not.toBeNull()
  })
})

describe('finished content keeps its nodes', () => {
  it.each([
    ['in a long paragraph', 'It goes **on**, and _on_. ', 'p'],
    ['in raw HTML', '<b>a line</b> of a comment\n', 'p.raw'],
  ])('%s', async (_, text, selector) => {
    const begun = `${selector === 'p' ? '' : '<!-- '}${text.repeat(500)}`
    const { container, rerender } = render(<Markdown text={begun} growing />)
    const nodes = () => [...(container.querySelector(selector)?.childNodes ?? [])]
    await vi.waitFor(() => expect(container.textContent?.length).toBeGreaterThan(text.length * 300), {
      timeout: 10_000,
    })
    const before = nodes()
    const watched = new MutationObserver(() => {})
    watched.observe(container, { childList: true, characterData: true, subtree: true })
    rerender(<Markdown text={`${begun}And more.`} growing />)
    expect(watched.takeRecords().length).toBeLessThan(5)
    expect(container.textContent).toMatch(/And more\.$/)
    expect(before.length).toBeGreaterThan(5)
    const after = nodes()
    expect(before.every((node, place) => after[place] === node)).toBe(true)
  })
})

describe('direction follows the words', () => {
  it.each([
    ['1. `git status` — מציג\n2. שני', 'ol', 'rtl'],
    ['1. $x$, https://example.com/a: שלום', 'ol', 'rtl'],
    ['- [npm](https://example.com/) `a`', 'ul', 'ltr'],
    ['| `npm` | مدير |\n|---|---|\n| a | b |', '.table-block', 'rtl'],
    ['نص[^1]\n\n[^1]: حاشية', '.notes ol', 'rtl'],
    ['Python هي لغة برمجة', 'p', 'rtl'],
    ['مرحبا بك\n\n1. npm هو مدير الحزم', 'ol', 'rtl'],
    ['مرحبا بك\n\n1. npm هو مدير الحزم', 'li p', 'rtl'],
    ['مرحبا بك\n\n### Docker مقابل Kubernetes', 'h3', 'rtl'],
    ['مرحبا بك\n\n| الاسم | x |\n|---|---|\n| npm هو مدير | b |', 'td', 'rtl'],
    ['مرحبا بك هنا اليوم في هذا المكان\n\nThe word مرحبا is a greeting', 'p + p', 'ltr'],
    ['مرحبا بك هنا اليوم\n\nHello', 'p + p', 'ltr'],
    ['Some words in English:\n\n- Hello: مرحبا بك', 'li p', 'auto'],
    ['- \u05e9\u05dc\u05d5\u05dd world\n- two', 'ul', 'rtl'],
    ['1. **\u0645\u0631\u062d\u0628\u0627**\n2. two', 'ol', 'rtl'],
    ['> ### \u05e9\u05dc\u05d5\u05dd', 'blockquote', 'rtl'],
    ['- 1. Shalom \u05e9\u05dc\u05d5\u05dd', 'ul', 'ltr'],
    ['- 12', 'ul', 'auto'],
  ])('%s', (text, selector, direction) => {
    expect(grow(text).querySelector(selector)?.getAttribute('dir')).toBe(direction)
  })
})

describe('footnotes', () => {
  it('of a long stored reply are numbered from its beginning, and link back', async () => {
    const paragraphs = Array.from({ length: 60 }, (_, place) => `Paragraph ${place}, ${'words '.repeat(9)}[^n${place}]`)
    const notes = Array.from({ length: 60 }, (_, place) => `[^n${place}]: Note ${place}.`)
    const text = `${paragraphs.join('\n\n')}\n\n${notes.join('\n')}`
    const { container } = render(<Markdown text={text} growing={false} />)
    await vi.waitFor(() => expect(container.querySelectorAll('sup')).toHaveLength(60), { timeout: 10_000 })
    expect(textsOf(container, 'sup')).toEqual(paragraphs.map((_, place) => String(place + 1)))
    const items = [...container.querySelectorAll('.notes li')]
    expect(items.map((item) => item.getAttribute('value'))).toEqual(paragraphs.map((_, place) => String(place + 1)))
    expect(items.every((item) => container.querySelector(item.querySelector('a')?.getAttribute('href') ?? ''))).toBe(
      true,
    )
  })

  it('link back to their first reference', () => {
    const container = grow('| a[^1] | b[^1] |\n|---|---|\n| c[^1] | d[^2] e[^2] |\n\nf[^1]\n\n[^1]: one\n[^2]: two')
    const named = [...container.querySelectorAll('sup[id]')]
    expect(named.map((mark) => mark.parentElement?.textContent)).toEqual(['a1', 'd2 e2'])
    expect(container.querySelectorAll('sup > a')).toHaveLength(6)
  })
})

describe('links don’t nest', () => {
  it.each([
    ['[![a map](https://a.b/p.png)](https://c.d/)', 'a map'],
    ['[![](https://a.b/p.png)](https://c.d/)', 'image'],
    ['[see[^1]](https://c.d/)\n\n[^1]: note', 'see1'],
    ['[see <https://e.f/>](https://c.d/)', 'see https://e.f/'],
  ])('%s', (text, words) => {
    const container = grow(text)
    const link = container.querySelector('a')
    expect(container.querySelector('a a')).toBeNull()
    expect(link?.getAttribute('href')).toBe('https://c.d/')
    expect(link?.textContent).toBe(words)
  })
})

it('a link has the parsed URL, never one relative to this page', () => {
  expect(grow('[x](http:settings)').querySelector('a')?.getAttribute('href')).toBe('http://settings/')
})

describe('the page', () => {
  it('is the same whether the text came in pieces or at once', { timeout: 120_000 }, () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 9 }), sizes, (parts, steps) => {
        const text = parts.join('')
        const page = new Page()
        let at = 0
        for (let step = 0; at < text.length; step++) {
          at = Math.min(text.length, at + (steps[step % steps.length] ?? 1))
          expect(page.show(text.slice(0, at), true), JSON.stringify(text.slice(0, at))).toBe(
            fresh(text.slice(0, at), true),
          )
        }
        expect(page.show(text, false), JSON.stringify(text)).toBe(fresh(text, false))
        page.leave()
      }),
      { numRuns: 100 },
    )
  })
})
