import type { GrammarState } from 'shiki/core'
import { type Painter, painterFor } from './highlighter'
import type { Asked, Forgotten, Painted, Token } from './messages'

/** Where the lines of each piece of code have led so far. */
const states = new Map<number, GrammarState | undefined>()
/** Answers go out in the order of the questions, though a grammar may have to be fetched first. */
let turn: Promise<void> = Promise.resolve()

self.addEventListener('message', ({ data }: MessageEvent<Asked | Forgotten>) => {
  turn = turn
    .then(() => ('forget' in data ? void states.delete(data.id) : answer(data)))
    // Code whose grammar cannot be fetched stays as it is, uncoloured; who asks next is answered all the same.
    .catch(() => undefined)
})

async function answer({ id, grammar, lines, last }: Asked): Promise<void> {
  const paint = await painterFor(grammar)
  const painted: Painted = {
    id,
    lines: lines.map((line) => finished(paint, id, line)),
    last: last === null ? null : { text: last, tokens: paint(last, states.get(id)).tokens },
  }
  self.postMessage(painted)
}

function finished(paint: Painter, id: number, line: string): Token[] {
  const { tokens, after } = paint(line, states.get(id))
  states.set(id, after)
  return tokens
}
