import type { Block } from '@/lib/markdown/tree'

const LINE_HEIGHT_PX = 28
const GAP_PX = 14
const LINE_CHARACTERS = 88
const IMAGE_HEIGHT_PX = 320
/** Exact: code.css sets it. */
export const CODE_LINE_HEIGHT_PX = 22
export const ROW_HEIGHT_PX = 39

/** A block's approximate height in pixels, so that mounting it above the viewport moves little. */
export function estimatedHeight(block: Block | undefined): number {
  // The data of an image is far longer than the image is high.
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

/** A displayed formula's approximate height in pixels, by the rows of common commands plus padding. */
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
