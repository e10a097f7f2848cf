import type { Block } from '@/lib/markdown/tree'

const lineHeight = 28
const gap = 14
const charactersInLine = 88
const imageHeight = 320
/** The height of a line of code is no guess: markdown.css sets it. */
export const codeLineHeight = 22
export const rowHeight = 39

/** About how high a block will be, in pixels, so that what is above the place where the person reads moves little. */
export function heightOf(block: Block | undefined): number {
  // One that stands in the text itself is far longer than it is high.
  if (block?.type === 'paragraph' && block.lines.some((line) => line.includes('](data:image/'))) return imageHeight
  switch (block?.type) {
    case 'paragraph':
    case 'heading':
    case 'summary':
      return block.lines
        .join('\n')
        .split('\n')
        .reduce((sum, line) => sum + rowsOf(line.length) * lineHeight, gap)
    case 'html':
      return block.lines.length * lineHeight + gap
    case 'math':
      return formulaHeight(block.lines.join('\n')) + gap
    case 'code':
      return block.lines.length * codeLineHeight + 64
    case 'table':
      return (block.rows.length + 1) * rowHeight + gap
    case 'rule':
      return 49
    case 'details':
      return lineHeight + gap
    case 'links':
      return block.definitions.length * lineHeight
    case 'quote':
    case 'list':
    case 'item':
      return block.children.entries.reduce((sum, inner) => sum + heightOf(inner), 0)
    default:
      return 0
  }
}

function rowsOf(characters: number): number {
  return Math.max(1, Math.ceil(characters / charactersInLine))
}

/** About how high a displayed formula will be, in pixels: the rows of what is common, with the padding around them. */
export function formulaHeight(tex: string): number {
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
