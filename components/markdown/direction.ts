import type { Block, Container, Root, Table } from '@/lib/markdown/tree'

/** A letter of a right-to-left script. */
export const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u
const word = /\p{Letter}[\p{Letter}\p{Mark}\p{Number}.'’+#_-]*/gu
/**
 * Isolates, which the browser's `auto` ignores too, and what isn't shown: tags, link destinations, footnote
 * references.
 */
const ignored = /(`+)[\s\S]*?(?:\1|$)|\$[^$\n\u0590-\u08ff]*\$|\]\([^)\n]*\)?|<\/?\w+>|\[\^[^\]\n]*\]|https?:\/\/\S+/g

/** In texts; a list of numbers alone may be long. */
const MAX_TEXTS = 8
/** Per text. */
const MAX_CHARACTERS = 400

type Direction = 'ltr' | 'rtl' | 'auto'

/**
 * The direction of a text by its first letter; `auto` while it has none. In a mostly right-to-left reply a Latin name
 * may come first: there at least a third of the words decide.
 */
export function directionOfText(text: string, inRightToLeft: boolean): Direction {
  const words = wordsOf(text)
  const [first] = words
  if (first === undefined) return 'auto'
  if (rightToLeft.test(first)) return 'rtl'
  if (!inRightToLeft) return 'ltr'
  const count = words.filter((each) => rightToLeft.test(each)).length
  return count > 0 && count * 3 >= words.length ? 'rtl' : 'ltr'
}

/** The direction of a list or a quote: that of its first text that has one. */
export function directionOf(container: Container, inRightToLeft: boolean): Direction {
  for (const text of firstTexts(container)) {
    const direction = directionOfText(text, inRightToLeft)
    if (direction !== 'auto') return direction
  }
  return 'auto'
}

/** The direction of a table's columns, by its head and its first rows. */
export function directionOfTable(table: Table, inRightToLeft: boolean): Direction {
  return directionOfText(textOfTable(table), inRightToLeft)
}

/** Whether most words at the beginning of a reply are right-to-left. */
export function isRightToLeft(root: Root): boolean {
  const texts = firstTexts(root)
  if (!texts.some((text) => rightToLeft.test(text))) return false
  const words = texts.flatMap(wordsOf)
  return words.filter((each) => rightToLeft.test(each)).length * 2 > words.length
}

function wordsOf(text: string): string[] {
  return text.slice(0, MAX_CHARACTERS).replace(ignored, ' ').match(word) ?? []
}

function firstTexts(container: Container): string[] {
  const texts: string[] = []
  for (const block of container.children.entries.slice(0, MAX_TEXTS)) {
    texts.push(...textsIn(block))
    if (texts.length >= MAX_TEXTS) break
  }
  return texts.slice(0, MAX_TEXTS)
}

function textsIn(block: Block): string[] {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
    case 'summary':
      return [beginningOf(block.lines)]
    case 'table':
      return [textOfTable(block)]
    case 'quote':
    case 'list':
    case 'item':
    case 'details':
      return firstTexts(block)
    default:
      return []
  }
}

/** Bounded, since it is called for every addition. */
export function beginningOf(lines: string[]): string {
  return lines.slice(0, MAX_TEXTS).join('\n').slice(0, MAX_CHARACTERS)
}

function textOfTable({ head, rows }: Table): string {
  return [head, ...rows.entries.slice(0, MAX_TEXTS)].map(({ cells }) => beginningOf(cells)).join(' ')
}
