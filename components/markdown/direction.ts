import type { Block, Container, Root, Table } from '@/lib/markdown/tree'

/** A letter of a script that is written from right to left. */
export const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u
const word = /\p{Letter}[\p{Letter}\p{Mark}\p{Number}.'’+#_-]*/gu
/** Islands, which the browser's own `auto` passes over too, and what is not shown: tags, addresses behind a link, marks of notes. */
const ignored = /(`+)[\s\S]*?(?:\1|$)|\$[^$\n\u0590-\u08ff]*\$|\]\([^)\n]*\)?|<\/?\w+>|\[\^[^\]\n]*\]|https?:\/\/\S+/g

/** In texts: a list of numbers alone may be long. */
const MAX_TEXTS = 8
/** In characters of one text. */
const MAX_CHARACTERS = 400

type Direction = 'ltr' | 'rtl' | 'auto'

/**
 * The side that a text begins on, by its first letter; `auto` while there is none. Where most is written from right to
 * left, a name in Latin letters may come first: there a text runs with its other words, if they are not far fewer.
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

/** The side that a list or a quote begins on: that of the first text in it which has one. */
export function directionOf(container: Container, inRightToLeft: boolean): Direction {
  for (const text of firstTexts(container)) {
    const direction = directionOfText(text, inRightToLeft)
    if (direction !== 'auto') return direction
  }
  return 'auto'
}

/** The side that the columns of a table begin on, by its head, or by its first rows. */
export function directionOfTable(table: Table, inRightToLeft: boolean): Direction {
  return directionOfText(textOfTable(table), inRightToLeft)
}

/** Whether most of what a reply begins with is written from right to left. */
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

/** Of a long text only so much is put together: it is asked for at each word that is added. */
export function beginningOf(lines: string[]): string {
  return lines.slice(0, MAX_TEXTS).join('\n').slice(0, MAX_CHARACTERS)
}

function textOfTable({ head, rows }: Table): string {
  return [head, ...rows.entries.slice(0, MAX_TEXTS)].map(({ cells }) => beginningOf(cells)).join(' ')
}
