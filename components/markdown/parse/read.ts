import type { Asked } from './asked'
import { inlinesIn } from './inline'
import type { Heading, Inline, Leaf, Paragraph, Row, Table } from './tree'

/** The text of a paragraph or heading, read for its marks; with `unfinished`, marks that are open yet are closed. */
export function inlinesOf(block: Paragraph | Heading, asked: Asked, unfinished: boolean): Inline[] {
  if (block.read?.unfinished === unfinished) return block.read.inlines
  const inlines = asked.by(block, () => inlinesIn(block.lines.join('\n').trimEnd(), asked, unfinished))
  block.read = { inlines, unfinished }
  return inlines
}

/** The cells of a table's row, read for their marks. */
export function cellsIn(table: Table, row: Row, asked: Asked, unfinished: boolean): Inline[][] {
  if (row.read && !unfinished) return row.read
  const last = row.cells.findLastIndex((cell) => cell !== '')
  const read = asked.by(table, () =>
    row.cells.map((cell, place) => inlinesIn(cell, asked, unfinished && place === last)),
  )
  if (!unfinished) row.read = read
  return read
}

/** Whether there may be marks of footnotes in a block: they are numbered in the order in which they are read. */
export function hasMarks(leaf: Leaf): boolean {
  if (leaf.type === 'table') return [leaf.head, ...leaf.rows.entries].some((row) => row.cells.some(hasMark))
  return (leaf.type === 'paragraph' || leaf.type === 'heading') && leaf.lines.some(hasMark)
}

function hasMark(text: string): boolean {
  return text.includes('[^')
}

export function readNow(leaf: Leaf, asked: Asked): void {
  if (leaf.type === 'table') for (const row of [leaf.head, ...leaf.rows.entries]) cellsIn(leaf, row, asked, false)
  else if (leaf.type === 'paragraph' || leaf.type === 'heading') inlinesOf(leaf, asked, false)
}
