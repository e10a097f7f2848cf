import { decodeNamedCharacterReference } from 'decode-named-character-reference'

const reference = /\\([!-/:-@[-`{-~])|&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z][a-zA-Z0-9]{1,31}));/g
/** A character reference, where one begins. */
export const characterReference = /&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});/y

/** What a character reference, `&amp;` or `&#38;`, stands for; itself when it stands for nothing. */
export function decoded(text: string): string {
  const value =
    text.startsWith('&#x') || text.startsWith('&#X') ? Number.parseInt(text.slice(3), 16) : Number(text.slice(2, -1))
  if (!text.startsWith('&#')) return decodeNamedCharacterReference(text.slice(1, -1)) || text
  const isCharacter = value > 0 && value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff)
  return isCharacter ? String.fromCodePoint(value) : '\ufffd'
}

/** A text whose escapes and character references are resolved: an address, a title, an info string. */
export function unescaped(text: string): string {
  if (!text.includes('\\') && !text.includes('&')) return text
  return text.replace(reference, (whole, escaped: string | undefined) => escaped ?? decoded(whole))
}

/** The form of a label by which references find their definition. */
export function normalized(label: string): string {
  return label
    .replace(/[\t\n\r ]+/g, ' ')
    .trim()
    .toLowerCase()
    .toUpperCase()
}

export function isSpace(character: string): boolean {
  return character === '' || /\s/u.test(character)
}

export function isPunctuation(character: string): boolean {
  return /[\p{P}\p{S}]/u.test(character)
}
