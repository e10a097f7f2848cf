import { bench, describe } from 'vitest'
import { MarkdownDocument } from '@/lib/markdown/document'
import { parsedSegments } from '@/lib/markdown/parsed-text'
import { answer, answerInTwo } from './render/answer.mjs'

/** In tokens. */
const LENGTHS = [0, 5_000, 100_000]
const ADDED = 1_000

describe('the parser alone: 1,000 tokens, one at a time', () => {
  for (const length of LENGTHS) {
    const { first, rest } = answerInTwo('prose', length, ADDED)
    let document: MarkdownDocument
    bench(
      `after ${length.toLocaleString('en-US')}`,
      () => {
        for (const token of rest) append(document, token)
      },
      // Each run needs a document of the same length.
      { iterations: 20, time: 0, warmupIterations: 3, warmupTime: 0, setup, teardown: () => undefined },
    )
    function setup(task: { opts: { beforeEach?: () => void } }): void {
      task.opts.beforeEach = () => {
        document = new MarkdownDocument()
        document.append(first.join(''))
      }
    }
  }
})

describe('the parser alone: a whole reply', () => {
  const text = answer('prose', 100_000).join('')
  bench('of 100,000 tokens', () => {
    const document = new MarkdownDocument()
    document.append(text)
    document.finish()
  })
})

/** Parses the inline text of the block that is being written, as the page does after each addition. */
function append(document: MarkdownDocument, token: string): void {
  document.append(token)
  const { growing } = document
  if (growing?.type === 'paragraph') parsedSegments(growing, document.references, true)
}
