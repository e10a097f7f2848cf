import type { Align } from './tree'

const delimiterCell = /^:?-+:?$/

/** The cells of a line of a table. A `\|` is no border, wherever it stands. */
export function cellsOf(line: string): string[] {
  const text = line.trim()
  const cells: string[] = []
  let cell = ''
  for (let at = text.startsWith('|') ? 1 : 0; at < text.length; at++) {
    const character = text[at]
    if (character === '\\' && text[at + 1] === '|') {
      cell += '|'
      at++
    } else if (character === '\\') {
      cell += `\\${text[at + 1] ?? ''}`
      at++
    } else if (character === '|') {
      cells.push(cell.trim())
      cell = ''
      if (at === text.length - 1) return cells
    } else cell += character
  }
  cells.push(cell.trim())
  return cells
}

/** The alignments that a delimiter row, `| --- | :-: |`, gives its columns; null when a line is none. */
export function alignments(line: string): Align[] | null {
  const text = line.trim()
  if (!/^[|:-][|:\- \t]*$/.test(text) || !text.includes('-') || !/[|:]/.test(text)) return null
  const cells = cellsOf(text)
  if (!cells.every((cell) => delimiterCell.test(cell))) return null
  return cells.map((cell) => {
    const left = cell.startsWith(':')
    const right = cell.endsWith(':')
    return left && right ? 'center' : right ? 'right' : left ? 'left' : null
  })
}

/** A row as wide as its table: what is too much is left away, what lacks is empty. */
export function fitted(cells: string[], width: number): string[] {
  return Array.from({ length: width }, (_, column) => cells[column] ?? '')
}
