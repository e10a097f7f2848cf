/** A text in the form in which texts are compared, with a map of positions back to the original. */
export interface FoldedText {
  text: string
  /** The position in the original of a match that starts here. */
  originalStart(position: number): number
  /** The position in the original of a match that ends here. */
  originalEnd(position: number): number
}

/** A range of the original that folding replaced. */
interface Replacement {
  from: number
  to: number
  foldedFrom: number
  foldedTo: number
}

/** Letters that folding leaves as they are. */
const unchanged =
  '\\0-\\x7f\\u0430-\\u0438\\u043a-\\u044f\\u05d0-\\u05ea\\u0627-\\u063f\\u0641-\\u064a\\u0e01-\\u0e30\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fff\\uac00-\\ud7a3'
const mark = '[\\p{M}\\uff9e\\uff9f\\u1160-\\u11ff]'
const foldable = new RegExp(`[^${unchanged}]${mark}*|[${unchanged}]${mark}+`, 'gu')
/** Accents, vowel points, tatweel and format characters. Marks of kana, Thai and Hindi stay: they make other words. */
const ignored = /\p{Cf}|\u0640|(?=\p{M})[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Inherited}](?<![\u3099\u309a])/gu

/** Removes accents, normalizes width and straightens quotation marks, as the browser's own search does. */
export function fold(text: string): FoldedText {
  const replacements: Replacement[] = []
  let folded = ''
  let from = 0
  for (const { 0: piece, index } of text.matchAll(foldable)) {
    const replacement = foldPiece(piece)
    if (replacement === piece) continue
    folded += text.slice(from, index)
    from = index + piece.length
    const foldedTo = folded.length + replacement.length
    replacements.push({ from: index, to: from, foldedFrom: folded.length, foldedTo })
    folded += replacement
  }
  return {
    text: folded + text.slice(from),
    originalStart: (position) => {
      const last = findLastSorted(replacements, ({ foldedFrom }) => foldedFrom <= position)
      if (!last) return position
      return position < last.foldedTo ? last.from : last.to + position - last.foldedTo
    },
    originalEnd: (position) => {
      const last = findLastSorted(replacements, ({ foldedFrom }) => foldedFrom < position)
      if (!last) return position
      return position <= last.foldedTo ? last.to : last.to + position - last.foldedTo
    },
  }
}

function foldPiece(piece: string): string {
  return piece.normalize('NFKD').replace(ignored, '').normalize('NFC').replace(/[‘’]/g, "'").replace(/[“”]/g, '"')
}

/** The last item that matches, by binary search: all items before it must match too. */
function findLastSorted<Item>(items: Item[], matches: (item: Item) => boolean): Item | undefined {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item && matches(item)) low = middle + 1
    else high = middle
  }
  return items[low - 1]
}
