import 'server-only'
import { turns } from './time-slices'
import { type Accuracy, type Count, familyOf, loadTokenizer, type Tokenizer } from './tokenizers'

/** Counts the tokens of a text that grows. */
export interface TokenCounter {
  /** `exact` turns into `approximate` where a word is too long to be encoded whole. */
  readonly accuracy: Accuracy
  /** Takes what has come. Costs next to nothing: it is counted when somebody asks. */
  add(delta: string): void
  /**
   * The tokens so far. Counts what came since the last time, as far as this turn of the event loop has time for it; of
   * what is left then, as after a delta of a megabyte, it supposes that it goes on as what was counted last.
   */
  estimate(): number
  /** The tokens of all that came, however much it is. Lets others have the event loop in between. */
  finish(): Promise<number>
  /** Forgets all that came. */
  reset(): void
}

/** How much text is looked at in one go, and the most that is encoded whole: encoding takes time by the square of it. */
const WINDOW = 1024
const LONGEST_PIECE = 128
/** So little is counted whether or not there is time. */
const SHORT = 2 * LONGEST_PIECE

/** A counter for what a model reads or writes. */
export async function createTokenCounter(model: string): Promise<TokenCounter> {
  const { encoding, accuracy } = familyOf(model)
  return encoding === null ? characterCounter() : pieceCounter(await loadTokenizer(encoding), accuracy)
}

/** The tokens of a text that is there whole. */
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
 * Pieces that no later text can change are counted once and forgotten; the few at the end are counted again each time,
 * as if the text ended there. So every estimate is the exact count of the text so far.
 */
function pieceCounter({ count, split }: Tokenizer, familyAccuracy: Accuracy): TokenCounter {
  let settled = 0
  let open = ''
  /** The tokens of the open text, when it was last looked at whole. */
  let rest = 0
  let accuracy = familyAccuracy
  let tokensPerCharacter = 0.25

  /** Counts a piece, the very long ones in parts. */
  function countPiece(piece: string): number {
    if (piece.length <= LONGEST_PIECE) return count(piece)
    if (accuracy === 'exact') accuracy = 'approximate'
    let tokens = 0
    for (let from = 0; from < piece.length; ) {
      const end = from + partLength(piece, from)
      tokens += count(piece.slice(from, end))
      from = end
    }
    return tokens
  }

  function settle(length: number, tokens: number): void {
    settled += tokens
    tokensPerCharacter = tokens / length
    open = open.slice(length)
  }

  /** Settles what can be of the first window of the open text. True when all of it has been counted then. */
  function countWindow(): boolean {
    const whole = open.length <= WINDOW
    const found = split(whole ? open : open.slice(0, WINDOW))
    const certain = certainPieces(found)
    let [length, tokens] = [0, 0]
    rest = 0
    found.forEach((piece, index) => {
      const counted = countPiece(piece)
      if (index >= certain) rest += counted
      else {
        length += piece.length
        tokens += counted
      }
    })
    if (length > 0) settle(length, tokens)
    else if (open.length > SHORT) {
      // One word without end, or spaces: its beginning is settled as it is.
      if (accuracy === 'exact') accuracy = 'approximate'
      const part = open.slice(0, partLength(open, 0))
      settle(part.length, count(part))
      return false
    }
    return whole
  }

  /** Counts until all is counted, or the time is over. True when all is. */
  function countUntil(end: number): boolean {
    while (open.length <= SHORT || performance.now() < end) if (countWindow()) return true
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
      const all = countUntil(turns().end)
      return settled + (all ? rest : Math.round(open.length * tokensPerCharacter))
    },
    async finish() {
      await turns().work(countUntil)
      return settled + rest
    },
    reset() {
      settled = 0
      open = ''
      rest = 0
      accuracy = familyAccuracy
    },
  }
}

/**
 * How many pieces of a text stay as they are whatever comes after it. The last two may yet grow: the very last, and the
 * one before it ("don", "'" become "don't"). Nor may it end in whitespace, where the pattern looks ahead.
 */
function certainPieces(found: string[]): number {
  let certain = Math.max(found.length - 2, 0)
  while (certain > 0 && /\s$/.test(found[certain - 1] ?? '')) certain--
  return certain
}

/** The length of a part of a long piece, which does not end between the halves of a character. */
function partLength(piece: string, from: number): number {
  const half = piece.charCodeAt(from + LONGEST_PIECE - 1)
  return half >= 0xd800 && half < 0xdc00 ? LONGEST_PIECE - 1 : LONGEST_PIECE
}
