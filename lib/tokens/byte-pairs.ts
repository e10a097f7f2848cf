import 'server-only'

/** The tokens of an encoding, one character for each byte, and their ranks; lower ranks merge first. */
export type Ranks = Map<string, number>

/** The ranks of an encoding's tokens, which are listed in order, each as text or as bytes that aren't valid text. */
export function ranksOf(tokens: (string | number[])[]): Ranks {
  const ranks: Ranks = new Map()
  tokens.forEach((token, rank) => {
    ranks.set(typeof token === 'string' ? bytesOf(token) : String.fromCharCode(...token), rank)
  })
  return ranks
}

/**
 * The number of tokens of a piece by byte pair encoding: merges the two neighbors with the lowest rank until none can be
 * merged. gpt-tokenizer's own encoder builds a string for each pair, which takes three times as long.
 */
export function tokensIn(piece: string, ranks: Ranks): number {
  const bytes = bytesOf(piece)
  if (ranks.has(bytes)) return 1
  const starts: number[] = []
  for (let at = 0; at <= bytes.length; at++) starts.push(at)
  const rankAt = (at: number) => ranks.get(bytes.slice(starts[at], starts[at + 2])) ?? Number.POSITIVE_INFINITY
  /** The rank of each part together with the next. */
  const pairRanks: number[] = []
  for (let at = 0; at < bytes.length - 1; at++) pairRanks.push(rankAt(at))
  for (;;) {
    const lowest = indexOfLowest(pairRanks)
    if (pairRanks[lowest] === undefined || pairRanks[lowest] === Number.POSITIVE_INFINITY) return pairRanks.length + 1
    starts.splice(lowest + 1, 1)
    pairRanks.splice(lowest, 1)
    if (lowest < pairRanks.length) pairRanks[lowest] = rankAt(lowest)
    if (lowest > 0) pairRanks[lowest - 1] = rankAt(lowest - 1)
  }
}

function indexOfLowest(numbers: number[]): number {
  let index = 0
  let lowest = Number.POSITIVE_INFINITY
  // The hot loop: a callback for each number would double its time.
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] ?? lowest
    if (number >= lowest) continue
    index = at
    lowest = number
  }
  return index
}

function bytesOf(text: string): string {
  return /\P{ASCII}/u.test(text) ? Buffer.from(text).toString('latin1') : text
}
