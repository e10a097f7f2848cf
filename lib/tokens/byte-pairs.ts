import 'server-only'

/**
 * The tokens of an encoding and their ranks: the lower, the sooner two parts become that token. A token is written as its
 * bytes, a character each.
 */
export type Ranks = Map<string, number>

/** The ranks of an encoding's tokens, in their order: each a text, or bytes that are none. */
export function ranksOf(tokens: (string | number[])[]): Ranks {
  const ranks: Ranks = new Map()
  tokens.forEach((token, rank) => {
    ranks.set(typeof token === 'string' ? bytesOf(token) : String.fromCharCode(...token), rank)
  })
  return ranks
}

/**
 * How many tokens byte pair encoding makes of a piece: again and again, those two neighbours are joined whose rank is the
 * lowest. gpt-tokenizer's own encoder makes a text of the bytes of each pair, which takes three times as long.
 */
export function tokensIn(piece: string, ranks: Ranks): number {
  const bytes = bytesOf(piece)
  if (ranks.has(bytes)) return 1
  const starts: number[] = []
  for (let at = 0; at <= bytes.length; at++) starts.push(at)
  const rankAt = (at: number) => ranks.get(bytes.slice(starts[at], starts[at + 2])) ?? Number.POSITIVE_INFINITY
  /** Of each part together with the next. */
  const pairs: number[] = []
  for (let at = 0; at < bytes.length - 1; at++) pairs.push(rankAt(at))
  for (;;) {
    const lowest = placeOfLowest(pairs)
    if (pairs[lowest] === undefined || pairs[lowest] === Number.POSITIVE_INFINITY) return pairs.length + 1
    starts.splice(lowest + 1, 1)
    pairs.splice(lowest, 1)
    if (lowest < pairs.length) pairs[lowest] = rankAt(lowest)
    if (lowest > 0) pairs[lowest - 1] = rankAt(lowest - 1)
  }
}

function placeOfLowest(numbers: number[]): number {
  let place = 0
  let lowest = Number.POSITIVE_INFINITY
  // Where most of the time goes: a function for each number would make it twice as much.
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] ?? lowest
    if (number >= lowest) continue
    place = at
    lowest = number
  }
  return place
}

function bytesOf(text: string): string {
  return /\P{ASCII}/u.test(text) ? Buffer.from(text).toString('latin1') : text
}
