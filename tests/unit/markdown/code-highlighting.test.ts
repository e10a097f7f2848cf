import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CodeHighlighting } from '@/components/markdown/code/code-highlighting'
import { grammarOf } from '@/components/markdown/code/languages'
import type { HighlightRequest, HighlightResult } from '@/components/markdown/code/messages'
import { MarkdownDocument } from '@/lib/markdown/document'

const requests: HighlightRequest[] = []
let answer: (result: HighlightResult) => void

/** Stands in for the worker, so that a test decides when its results arrive. */
class FakeWorker {
  addEventListener(_: string, listener: (event: { data: HighlightResult }) => void): void {
    answer = (data) => listener({ data })
  }
  postMessage(message: HighlightRequest): void {
    if ('lines' in message) requests.push(message)
  }
}

vi.stubGlobal('Worker', FakeWorker)
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Code that is being written, and a function that answers its last request. */
function writing() {
  const document = new MarkdownDocument()
  document.append('```ts\nconst a')
  const [code] = document.root.children.entries
  const grammar = grammarOf('ts')
  if (code?.type !== 'code' || !grammar) throw new Error('No code.')
  const changed = vi.fn()
  const highlighting = new CodeHighlighting(code, grammar, changed)
  const respond = () => {
    const { id, lines, last } = requests.at(-1) ?? { id: 0, lines: [], last: null }
    const tokensOf = (text: string) => [{ text, kind: 'keyword' as const }]
    answer({ id, lines: lines.map(tokensOf), last: last === null ? null : { text: last, tokens: tokensOf(last) } })
  }
  return { document, highlighting, changed, respond }
}

test('colors of growing code are rendered with the text that follows, or after a while when none does', () => {
  const { document, highlighting, changed, respond } = writing()
  highlighting.rendered(true)
  respond()
  expect(changed).not.toHaveBeenCalled()
  expect(highlighting.tokensOf(0, 'const a')).toEqual([{ text: 'const a', kind: 'keyword' }])
  document.append(' = 1')
  highlighting.rendered(true)
  vi.advanceTimersByTime(1000)
  expect(changed).not.toHaveBeenCalled()
  respond()
  vi.advanceTimersByTime(1000)
  expect(changed).toHaveBeenCalledTimes(1)
})

test('colors of finished code are rendered at once', () => {
  const { highlighting, changed, respond } = writing()
  highlighting.rendered(false)
  respond()
  expect(changed).toHaveBeenCalledTimes(1)
})

test('code that is unmounted is not notified', () => {
  const { highlighting, changed, respond } = writing()
  highlighting.rendered(true)
  respond()
  highlighting.dispose()
  vi.advanceTimersByTime(1000)
  expect(changed).not.toHaveBeenCalled()
})
