import type { Block, Container } from './parse/tree'

const letter = /\p{Letter}/u
const rightToLeft =
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

function directionIn(block: Block): Direction {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
    case 'summary': {
      const first = block.lines.join('\n').match(letter)?.[0]
      if (!first) return 'auto'
      return rightToLeft.test(first) ? 'rtl' : 'ltr'
    }
    case 'quote':
    case 'list':
    case 'item':
    case 'details':
      return directionOf(block)
    default:
      return 'auto'
  }
}
