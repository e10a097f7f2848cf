import type { Block, Container, Table } from '@/lib/markdown/tree'

const letter = /\p{Letter}/u
/** A letter of a script that is written from right to left. */
export const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u

/** In blocks: a list of numbers alone may be long. */
const mostLookedAt = 8

type Direction = 'ltr' | 'rtl' | 'auto'

/**
 * The side that a list or a quote begins on, by the first letter in it; `auto` while there is none. The browser's own
 * `auto` passes over what has a direction itself, as each paragraph does.
 */
export function directionOf(container: Container): Direction {
  for (const block of container.children.entries.slice(0, mostLookedAt)) {
    const direction = directionIn(block)
    if (direction !== 'auto') return direction
  }
  return 'auto'
}

/** The side that the columns of a table begin on, by the first letter in its head, or in its first rows. */
export function directionOfTable({ head, rows }: Table): Direction {
  const first = [head, ...rows.entries.slice(0, mostLookedAt)]
  return directionOfText(first.map(({ cells }) => cells.join(' ')).join(' '))
}

function directionOfText(text: string): Direction {
  const first = text.match(letter)?.[0]
  if (!first) return 'auto'
  return rightToLeft.test(first) ? 'rtl' : 'ltr'
}

function directionIn(block: Block): Direction {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
    case 'summary':
      return directionOfText(block.lines.join('\n'))
    case 'table':
      return directionOfTable(block)
    case 'quote':
    case 'list':
    case 'item':
    case 'details':
      return directionOf(block)
    default:
      return 'auto'
  }
}
