/** A text in the form in which texts are compared, and which places of it those of the text are. */
export interface Folded {
  text: string
  /** Where in the text what begins, or ends, at a place of the folded text does so. */
  startAt(place: number): number
  endAt(place: number): number
}

/** Where a piece of the text became another one. */
interface Change {
  from: number
  to: number
  foldedFrom: number
  foldedTo: number
}

/** Letters that stay as they are. */
const same =
  '\\0-\\x7f\\u0430-\\u0438\\u043a-\\u044f\\u05d0-\\u05ea\\u0627-\\u063f\\u0641-\\u064a\\u0e01-\\u0e30\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fff\\uac00-\\ud7a3'
const mark = '[\\p{M}\\uff9e\\uff9f\\u1160-\\u11ff]'
const foldable = new RegExp(`[^${same}]${mark}*|[${same}]${mark}+`, 'gu')
/** Accents, vowel points, what lengthens a word and what is not seen. Marks of kana, Thai and Hindi make other words. */
const ignored = /\p{Cf}|\u0640|(?=\p{M})[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Inherited}](?<![\u3099\u309a])/gu

/** Without accents, in letters of the usual width, quotation marks straight: as the browser's own search compares them. */
export function fold(text: string): Folded {
  const changes: Change[] = []
  let folded = ''
  let from = 0
  for (const { 0: piece, index } of text.matchAll(foldable)) {
    const other = foldedPiece(piece)
    if (other === piece) continue
    folded += text.slice(from, index)
    from = index + piece.length
    changes.push({ from: index, to: from, foldedFrom: folded.length, foldedTo: folded.length + other.length })
    folded += other
  }
  return {
    text: folded + text.slice(from),
    startAt: (place) => {
      const change = lastWhere(changes, ({ foldedFrom }) => foldedFrom <= place)
      if (!change) return place
      return place < change.foldedTo ? change.from : change.to + place - change.foldedTo
    },
    endAt: (place) => {
      const change = lastWhere(changes, ({ foldedFrom }) => foldedFrom < place)
      if (!change) return place
      return place <= change.foldedTo ? change.to : change.to + place - change.foldedTo
    },
  }
}

function foldedPiece(piece: string): string {
  return piece.normalize('NFKD').replace(ignored, '').normalize('NFC').replace(/[‘’]/g, "'").replace(/[“”]/g, '"')
}

/** Of changes in their order, the last that is so; those before it are so too. */
function lastWhere(changes: Change[], isSo: (change: Change) => boolean): Change | undefined {
  let [low, high] = [0, changes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const change = changes[middle]
    if (change && isSo(change)) low = middle + 1
    else high = middle
  }
  return changes[low - 1]
}
