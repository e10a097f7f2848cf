import type { Block } from '@/lib/markdown/tree'

const LINE_HEIGHT_PX = 28
const GAP_PX = 14
const LINE_CHARACTERS = 88
const IMAGE_HEIGHT_PX = 320
/** The height of a line of code is no guess: markdown.css sets it. */
export const CODE_LINE_HEIGHT_PX = 22
export const ROW_HEIGHT_PX = 39

/** About how high a block will be, in pixels, so that what is above the place where the person reads moves little. */
export function estimatedHeight(block: Block | undefined): number {
  // One that stands in the text itself is far longer than it is high.
  if (block?.type === 'paragraph' && block.lines.some((line) => line.includes('](data:image/'))) return IMAGE_HEIGHT_PX
  switch (block?.type) {
    case 'paragraph':
    case 'heading':
    case 'summary':
      return block.lines
        .join('\n')
        .split('\n')
        .reduce((sum, line) => sum + rowsOf(line.length) * LINE_HEIGHT_PX, GAP_PX)
    case 'html':
      return block.lines.length * LINE_HEIGHT_PX + GAP_PX
    case 'math':
      return estimatedFormulaHeight(block.lines.join('\n')) + GAP_PX
    case 'code':
      return block.lines.length * CODE_LINE_HEIGHT_PX + 64
    case 'table':
      return (block.rows.length + 1) * ROW_HEIGHT_PX + GAP_PX
    case 'thematic-break':
      return 49
    case 'details':
      return LINE_HEIGHT_PX + GAP_PX
    case 'link-definitions':
      return block.definitions.length * LINE_HEIGHT_PX
    case 'quote':
    case 'list':
    case 'item':
      return block.children.entries.reduce((sum, inner) => sum + estimatedHeight(inner), 0)
    default:
      return 0
  }
}

function rowsOf(characters: number): number {
  return Math.max(1, Math.ceil(characters / LINE_CHARACTERS))
}

/** About how high a displayed formula will be, in pixels: the rows of what is common, with the padding around them. */
export function estimatedFormulaHeight(tex: string): number {
  const rows = tex.split('\\\\').length
  const row = /\\(sum|prod|bigcup|bigcap|bigoplus)/.test(tex)
    ? 51
    : /\\(d?frac|int|lim|binom)/.test(tex)
      ? 36
      : rows > 1
        ? 26
        : 22
  return rows * row + 8
}
