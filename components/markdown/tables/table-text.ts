import { inlineText } from '@/lib/markdown/inlines/pieces'
import { parsedCells } from '@/lib/markdown/parsed-text'
import type { ReferenceMap } from '@/lib/markdown/reference-map'
import type { Table } from '@/lib/markdown/tree'

/** Spreadsheets run cells that start like this as formulas. */
const formula = /^[=+\-@\t\r]/
const number = /^[+-]?\d[\d.,\s]*%?$/

/** A table as CSV (RFC 4180). */
export function asCsv(table: Table, references: ReferenceMap): string {
  return [table.head, ...table.rows.entries]
    .map((row) =>
      parsedCells(table, row, references, false)
        .map((cell) => field(inlineText(cell)))
        .join(','),
    )
    .join('\r\n')
}

function field(text: string): string {
  const safe = formula.test(text) && !number.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const delimiters = { left: ':---', right: '---:', center: ':---:' }

/** A table as markdown, as it was written except for white space. */
export function asMarkdown(table: Table): string {
  const delimiter = table.align.map((align) => (align ? delimiters[align] : '---'))
  const rows = table.rows.entries.map((row) => row.cells)
  return [table.head.cells, delimiter, ...rows].map(line).join('\n')
}

function line(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
