/** The delimiters of a flowchart's nodes, longer ones first. */
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
/** Allows a single front matter: several could be matched in exponentially many ways. */
const flowchart = /^\s*(?:---\n[\s\S]*?\n---\s*)?(?:%%[^\n]*\n\s*)*(?:flowchart|graph)\b/i
const node = /(?<=^|[\s>&;|-])[\p{L}\p{N}_]+(?=[[({])/gu
const edgeLabel = /\|(?!")([^|"\n]*[(){}[\]][^|"\n]*)\|/g
/** What Mermaid parses as syntax within a label. */
const special = /[()[\]{}]/

/** Quotes the labels of a flowchart that hold brackets; leaves other diagrams unchanged. */
export function withQuotedLabels(text: string): string {
  if (!flowchart.test(text)) return text
  return text
    .split('\n')
    .map((line) => quotedNodes(line.replace(edgeLabel, (_, label: string) => `|${quoted(label)}|`)))
    .join('\n')
}

function quotedNodes(line: string): string {
  let text = ''
  let from = 0
  for (const { 0: name, index } of line.matchAll(node)) {
    const shape = index < from ? null : shapeAt(line, index + name.length)
    if (!shape) continue
    const { open, close, label, end } = shape
    text += line.slice(from, index) + name + open + (special.test(label) ? quoted(label) : label) + close
    from = end
  }
  return text + line.slice(from)
}

/**
 * The node shape that starts at an index of a line: it ends at the matching bracket before an edge or the line's end.
 */
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

/** Where a shape ends: at its closing delimiter, after which the line ends or an edge follows. */
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
