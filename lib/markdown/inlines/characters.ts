import { decodeNamedCharacterReference } from 'decode-named-character-reference'

const reference = /\\([!-/:-@[-`{-~])|&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z][a-zA-Z0-9]{1,31}));/g
export const characterReference = /&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});/y

/** The character of a reference such as `&amp;` or `&#38;`; the reference itself when it is unknown. */
export function decoded(text: string): string {
  const value =
    text.startsWith('&#x') || text.startsWith('&#X') ? Number.parseInt(text.slice(3), 16) : Number(text.slice(2, -1))
  if (!text.startsWith('&#')) return decodeNamedCharacterReference(text.slice(1, -1)) || text
  const isCharacter = value > 0 && value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff)
  return isCharacter ? String.fromCodePoint(value) : '\ufffd'
}

/** Resolves escapes and character references, in a destination, a title, or an info string. */
export function unescaped(text: string): string {
  if (!text.includes('\\') && !text.includes('&')) return text
  return text.replace(reference, (whole, escaped: string | undefined) => escaped ?? decoded(whole))
}

/** Normalizes a label for matching, as CommonMark defines. */
export function normalizeLabel(label: string): string {
  return label
    .replace(/[\t\n\r ]+/g, ' ')
    .trim()
    .toLowerCase()
    .toUpperCase()
}

/** East Asian wide characters and Hangul, as in the CJK-friendly amendments to CommonMark; includes emoji. */
const wide =
  /[\u1100-\u11ff\u20a9\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uffee\u{16fe0}-\u{18df2}\u{1aff0}-\u{1b2fb}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u
const emoji = /\p{Emoji_Presentation}/u
/** Thai, Lao, Tibetan, Burmese, Khmer; invisible characters; variation selectors of ideographs. */
const spaceless = /[\u0e00-\u109f\u1780-\u17ff\p{Cf}]|[\u{e0100}-\u{e01ef}]/u

/** The properties of a character next to a delimiter run. */
export interface Neighbor {
  space: boolean
  punctuation: boolean
  /** A character of a script without spaces, next to which a delimiter is at the border of a word. */
  spaceless: boolean
  /** A letter or digit of a script that separates words by spaces. */
  spacedWord: boolean
  digit: boolean
}

const neighbors = new Map<string, Neighbor>()
const MAX_CACHED_NEIGHBORS = 2000

export function neighborOf(character: string): Neighbor {
  const known = neighbors.get(character)
  if (known) return known
  const isSpaceless = spaceless.test(character) || (wide.test(character) && !emoji.test(character))
  const neighbor = {
    space: character === '' || /\s/u.test(character),
    punctuation: /[\p{P}\p{S}]/u.test(character),
    spaceless: isSpaceless,
    spacedWord: !isSpaceless && /[\p{L}\p{N}]/u.test(character),
    digit: /\d/.test(character),
  }
  if (neighbors.size >= MAX_CACHED_NEIGHBORS) neighbors.clear()
  neighbors.set(character, neighbor)
  return neighbor
}

/** The content of a code span: line endings become spaces, and one space is stripped from both ends. */
export function codeText(text: string): string {
  const line = text.replaceAll('\n', ' ')
  const isPadded = line.startsWith(' ') && line.endsWith(' ') && /[^ ]/.test(line)
  return isPadded ? line.slice(1, -1) : line
}

export function withoutSpaceAtEnd(text: string): string {
  let end = text.length
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--
  return text.slice(0, end)
}
