import type { GrammarState } from 'shiki/core'
import { highlighterFor, type LineHighlighter } from './highlighter'
import type { HighlightRequest, HighlightResult, ReleaseRequest, Token } from './messages'

/** The grammar state after the last finished line of each code block. */
const states = new Map<number, GrammarState | undefined>()
/** Results are sent in the order of requests, though a grammar may have to be fetched first. */
let turn: Promise<void> = Promise.resolve()

self.addEventListener('message', ({ data }: MessageEvent<HighlightRequest | ReleaseRequest>) => {
  turn = turn
    .then(() => ('release' in data ? void states.delete(data.id) : answer(data)))
    // Code whose grammar can't be fetched stays without colors; later requests are still handled.
    .catch(() => undefined)
})

async function answer({ id, grammar, lines, last }: HighlightRequest): Promise<void> {
  const highlight = await highlighterFor(grammar)
  const result: HighlightResult = {
    id,
    lines: lines.map((line) => highlightFinished(highlight, id, line)),
    last: last === null ? null : { text: last, tokens: highlight(last, states.get(id)).tokens },
  }
  self.postMessage(result)
}

function highlightFinished(highlight: LineHighlighter, id: number, line: string): Token[] {
  const { tokens, after } = highlight(line, states.get(id))
  states.set(id, after)
  return tokens
}
