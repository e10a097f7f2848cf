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
/** Of front matter there is one, at the top: more of them would be told apart in countless ways. */
const flowchart = /^\s*(?:---\n[\s\S]*?\n---\s*)?(?:%%[^\n]*\n\s*)*(?:flowchart|graph)\b/i
const node = /(?<=^|[\s>&;|-])[\p{L}\p{N}_]+(?=[[({])/gu
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
