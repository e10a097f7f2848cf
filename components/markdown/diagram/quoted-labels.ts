/** How nodes of a flowchart are drawn around their labels, the longer marks first. */
const shapes = [
  ['[[', ']]'],
  ['[(', ')]'],
  ['([', '])'],
  ['((', '))'],
  ['{{', '}}'],
  ['[/', '/]'],
  ['[/', '\\]'],
  ['[\\', '\\]'],
  ['[', ']'],
  ['{', '}'],
  ['(', ')'],
] as const
const flowchart = /^\s*(?:%%[^\n]*\n\s*|---\n[\s\S]*?\n---\s*)*(?:flowchart|graph)\b/i
const node = /(?<=^|[\s>&;|-])([\p{L}\p{N}_]+)(?=[[({])/u
const edgeLabel = /\|(?!")([^|"\n]*[(){}[\]][^|"\n]*)\|/g
/** What Mermaid takes for a mark of its own within a label. */
const special = /[()[\]{}]/

/** A flowchart with quotes around the labels that hold brackets, as Mermaid wants them; other diagrams as they are. */
export function withQuotedLabels(text: string): string {
  if (!flowchart.test(text)) return text
  return text
    .split('\n')
    .map((line) => quotedNodes(line.replace(edgeLabel, (_, label: string) => `|${quoted(label)}|`)))
    .join('\n')
}

function quotedNodes(line: string): string {
  const found = node.exec(line)
  if (!found) return line
  const from = found.index + (found[1] ?? '').length
  const before = line.slice(0, from)
  const shape = shapeAt(line, from)
  if (!shape) return before + line.slice(from, from + 1) + quotedNodes(line.slice(from + 1))
  const { open, close, label, end } = shape
  return before + open + (special.test(label) ? quoted(label) : label) + close + quotedNodes(line.slice(end))
}

/** The shape that begins at a place of a line: it ends with the bracket that matches, or before the next arrow. */
function shapeAt(line: string, from: number): { open: string; close: string; label: string; end: number } | null {
  for (const [open, close] of shapes) {
    if (!line.startsWith(open, from)) continue
    const end = endOfShape(line, from, close)
    if (end < from + open.length + close.length) continue
    const label = line.slice(from + open.length, end - close.length)
    return { open, close, label, end }
  }
  return null
}

const arrow = /\s*(?:-->|---|-\.|==>|<--|--[ox]|~~~|:::|;|&\s|--\s|$)/y

/** Where a shape ends: at its closing mark, with the brackets within in pairs, after which the line ends or goes on with an edge. */
function endOfShape(line: string, from: number, close: string): number {
  for (let end = line.indexOf(close, from + 1); end >= 0; end = line.indexOf(close, end + 1)) {
    arrow.lastIndex = end + close.length
    if (arrow.test(line)) return end + close.length
  }
  return -1
}

function quoted(label: string): string {
  const text = label.trim()
  return text.startsWith('"') ? label : `"${text.replaceAll('"', '#quot;')}"`
}
