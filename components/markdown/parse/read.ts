import { inlinesIn } from './inline'
import type { ReferenceMap } from './reference-map'
import type { Heading, Inline, Leaf, Mark, Paragraph, Row, Table } from './tree'

/** The text of a paragraph or heading, read for its marks; with `unfinished`, marks that are open yet are closed. */
export function inlinesOf(block: Paragraph | Heading, references: ReferenceMap, unfinished: boolean): Inline[] {
  if (block.read?.unfinished === unfinished) return block.read.inlines
  const inlines = references.by(block, () => inlinesIn(block.lines.join('\n').trimEnd(), references, unfinished))
  placeMarks(inlines, block)
  block.read = { inlines, unfinished }
  return inlines
}

/** The cells of a table's row, read for their marks. */
export function cellsIn(table: Table, row: Row, references: ReferenceMap, unfinished: boolean): Inline[][] {
  if (row.read && !unfinished) return row.read
  const last = row.cells.findLastIndex((cell) => cell !== '')
  const read = references.by(table, () =>
    row.cells.map((cell, place) => inlinesIn(cell, references, unfinished && place === last)),
  )
  placeMarks(read.flat(), row)
  if (!unfinished) row.read = read
  return read
}

/** The marks of footnotes in a block, in their order. */
export function marksOf(leaf: Leaf, references: ReferenceMap, unfinished: boolean): Mark[] {
  if (leaf.type === 'table') {
    return [leaf.head, ...leaf.rows.entries].flatMap((row) => marksOfRow(leaf, row, references, unfinished))
  }
  if ((leaf.type !== 'paragraph' && leaf.type !== 'heading') || !leaf.lines.some(mayHoldMark)) return []
  return marksIn(inlinesOf(leaf, references, unfinished))
}

export function marksOfRow(table: Table, row: Row, references: ReferenceMap, unfinished: boolean): Mark[] {
  return row.cells.some(mayHoldMark) ? marksIn(cellsIn(table, row, references, unfinished).flat()) : []
}

function mayHoldMark(text: string): boolean {
  return text.includes('[^')
}

function marksIn(inlines: Inline[]): Mark[] {
  return inlines.flatMap((each) => {
    if (each.type === 'reference') return [each]
    return 'children' in each ? marksIn(each.children) : []
  })
}

function placeMarks(inlines: Inline[], text: Leaf | Row): void {
  for (const [before, mark] of marksIn(inlines).entries()) mark.place = { text, before }
}
