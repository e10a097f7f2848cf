import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { grammarOf } from '@/components/markdown/code/languages'
import type { Asked, Painted } from '@/components/markdown/code/messages'
import { Painting } from '@/components/markdown/code/painting'
import { MarkdownDocument } from '@/lib/markdown/document'

const asked: Asked[] = []
let answer: (painted: Painted) => void

/** What colours code stands in for, so that a test says when its answers come. */
class Painter {
  addEventListener(_: string, heard: (event: { data: Painted }) => void): void {
    answer = (data) => heard({ data })
  }
  postMessage(message: Asked): void {
    if ('lines' in message) asked.push(message)
  }
}

vi.stubGlobal('Worker', Painter)
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A piece of code that is being written, with one answer to each question. */
function writing() {
  const document = new MarkdownDocument()
  document.append('```ts\nconst a')
  const [code] = document.root.children.entries
  const grammar = grammarOf('ts')
  if (code?.type !== 'code' || !grammar) throw new Error('No code.')
  const changed = vi.fn()
  const painting = new Painting(code, grammar, changed)
  const paint = () => {
    const { id, lines, last } = asked.at(-1) ?? { id: 0, lines: [], last: null }
    const tokensOf = (text: string) => [{ text, kind: 'keyword' as const }]
    answer({ id, lines: lines.map(tokensOf), last: last === null ? null : { text: last, tokens: tokensOf(last) } })
  }
  return { document, painting, changed, paint }
}

test('colours of code that grows wait for the text that comes next, and come by themselves when none does', () => {
  const { document, painting, changed, paint } = writing()
  painting.shown(true)
  paint()
  expect(changed).not.toHaveBeenCalled()
  expect(painting.tokensOf(0, 'const a')).toEqual([{ text: 'const a', kind: 'keyword' }])
  // What comes next shows them too.
  document.append(' = 1')
  painting.shown(true)
  vi.advanceTimersByTime(1000)
  expect(changed).not.toHaveBeenCalled()
  paint()
  vi.advanceTimersByTime(1000)
  expect(changed).toHaveBeenCalledTimes(1)
})

test('colours of code that is whole are shown at once', () => {
  const { painting, changed, paint } = writing()
  painting.shown(false)
  paint()
  expect(changed).toHaveBeenCalledTimes(1)
})

test('what is gone is told of no colours', () => {
  const { painting, changed, paint } = writing()
  painting.shown(true)
  paint()
  painting.forget()
  vi.advanceTimersByTime(1000)
  expect(changed).not.toHaveBeenCalled()
})
