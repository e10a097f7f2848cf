import 'server-only'
import { timeSlices } from './time-slices'
import { type Accuracy, type Count, familyOf, loadTokenizer, type Tokenizer } from './tokenizers'

/** Counts the tokens of a growing text. */
export interface TokenCounter {
  /** `exact` becomes `approximate` at a word too long to encode whole. */
  readonly accuracy: Accuracy
  /** Appends text, which is counted on demand. */
  add(delta: string): void
  /**
   * The tokens so far. Counts new text as far as this time slice allows, and extrapolates the rest, e.g. of a delta of a
   * megabyte, from what was counted last.
   */
  estimate(): number
  /** Counts all text, however long. Yields to the event loop in between. */
  finish(): Promise<number>
  /** Discards all text. */
  reset(): void
}

/** How much text is split at once, and the longest piece that is encoded whole: encoding takes quadratic time. */
const WINDOW = 1024
const MAX_PIECE = 128
/** Text this short is counted even without time left. */
const SHORT = 2 * MAX_PIECE

/** Creates a counter with the tokenizer of a model. */
export async function createTokenCounter(model: string): Promise<TokenCounter> {
  const { encoding, accuracy } = familyOf(model)
  return encoding === null ? characterCounter() : pieceCounter(await loadTokenizer(encoding), accuracy)
}

/** Counts the tokens of a complete text. */
export async function countTokens(model: string, text: string): Promise<Count> {
  const counter = await createTokenCounter(model)
  counter.add(text)
  const tokens = await counter.finish()
  return { tokens, accuracy: counter.accuracy }
}

function characterCounter(): TokenCounter {
  let length = 0
  const estimate = () => Math.ceil(length / 4)
  return {
    accuracy: 'unknown',
    add(delta) {
      length += delta.length
    },
    estimate,
    finish: async () => estimate(),
    reset() {
      length = 0
    },
  }
}

/**
 * Counts pieces that later text can't change once, and discards them; recounts the few at the end each time as if the text
 * ended there. So each estimate is the exact count of the text so far.
 */
function pieceCounter({ count, split }: Tokenizer, familyAccuracy: Accuracy): TokenCounter {
  let counted = 0
  let open = ''
  /** The tokens of the open text when it was last counted whole. */
  let rest = 0
  let accuracy = familyAccuracy
  let tokensPerCharacter = 0.25

  /** Counts a piece, a very long one in parts. */
  function countPiece(piece: string): number {
    if (piece.length <= MAX_PIECE) return count(piece)
    if (accuracy === 'exact') accuracy = 'approximate'
    let tokens = 0
    for (let from = 0; from < piece.length; ) {
      const end = from + partLength(piece, from)
      tokens += count(piece.slice(from, end))
      from = end
    }
    return tokens
  }

  function close(length: number, tokens: number): void {
    counted += tokens
    tokensPerCharacter = tokens / length
    open = open.slice(length)
  }

  /** Counts the first window of the open text. Returns whether that was all of it. */
  function countWindow(): boolean {
    const whole = open.length <= WINDOW
    const found = split(whole ? open : open.slice(0, WINDOW))
    const certain = certainPieces(found)
    let [length, tokens] = [0, 0]
    rest = 0
    found.forEach((piece, index) => {
      const pieceTokens = countPiece(piece)
      if (index >= certain) rest += pieceTokens
      else {
        length += piece.length
        tokens += pieceTokens
      }
    })
    if (length > 0) close(length, tokens)
    else if (open.length > SHORT) {
      // An endless word or run of spaces: counts its start as it is.
      if (accuracy === 'exact') accuracy = 'approximate'
      const part = open.slice(0, partLength(open, 0))
      close(part.length, count(part))
      return false
    }
    return whole
  }

  /** Counts until the deadline. Returns whether all text is counted. */
  function countUntil(deadline: number): boolean {
    while (open.length <= SHORT || performance.now() < deadline) if (countWindow()) return true
    return false
  }

  return {
    get accuracy() {
      return accuracy
    },
    add(delta) {
      open += delta
    },
    estimate() {
      const all = countUntil(timeSlices().deadline)
      return counted + (all ? rest : Math.round(open.length * tokensPerCharacter))
    },
    async finish() {
      await timeSlices().run(countUntil)
      return counted + rest
    },
    reset() {
      counted = 0
      open = ''
      rest = 0
      accuracy = familyAccuracy
    },
  }
}

/**
 * How many pieces of a text no later text can change. The last two may grow ("don", "'" become "don't"), and pieces that
 * end in white space depend on what follows, because the pattern looks ahead.
 */
function certainPieces(found: string[]): number {
  let certain = Math.max(found.length - 2, 0)
  while (certain > 0 && /\s$/.test(found[certain - 1] ?? '')) certain--
  return certain
}

/** The length of the next part of a long piece, which doesn't split a surrogate pair. */
function partLength(piece: string, from: number): number {
  const half = piece.charCodeAt(from + MAX_PIECE - 1)
  return half >= 0xd800 && half < 0xdc00 ? MAX_PIECE - 1 : MAX_PIECE
}
