/** What is set or laid out otherwise than it is written: only with it a selection is copied in a way of our own. */
const sourceCopied = '.formula, .formula-display, table, .code-block'
/** What stands beside the text, for the page's own use. */
const excluded = 'figcaption, .table-actions, button, [role="status"], .sr-only, .diagram-note, thead.continued'

let listening = false

/**
 * From now on a selection is copied as it was written where it holds a formula, a table or code: TeX once, a table as
 * cells with tabs between them and as HTML.
 */
export function enableSourceCopy(): void {
  if (listening) return
  listening = true
  document.addEventListener('copy', (event) => {
    const selection = document.getSelection()
    if (event.defaultPrevented || !selection || selection.rangeCount === 0 || selection.isCollapsed) return
    const copied = serializeRange(selection.getRangeAt(0))
    if (!copied || !event.clipboardData) return
    event.clipboardData.setData('text/plain', copied.text)
    event.clipboardData.setData('text/html', copied.html)
    event.preventDefault()
  })
}

/** A part of the page as text and as HTML; null where the browser's own way does as well. */
function serializeRange(selected: Range): { text: string; html: string } | null {
  const holder = elementOf(selected.commonAncestorContainer)
  // Who selects all selects more than the transcript.
  if (!holder?.closest('[role="log"]') && !holder?.querySelector('[role="log"]')) return null
  const range = withWholeFormulas(selected)
  const around = elementOf(range.commonAncestorContainer) ?? holder
  const fragment = range.cloneContents()
  const isWithin = around?.closest('tr, tbody, thead, table')
  if (!isWithin && !fragment.querySelector(sourceCopied)) return null
  const content = document.createElement('div')
  content.append(isWithin ? asTable(fragment, around) : fragment)
  for (const each of content.querySelectorAll(excluded)) each.remove()
  for (const each of content.querySelectorAll('.formula, .formula-display')) each.replaceWith(texOf(each))
  for (const each of content.querySelectorAll('pre')) each.textContent = each.textContent?.replace(/\n$/, '') ?? ''
  joinTables(content)
  for (const each of content.querySelectorAll('*'))
    for (const name of each.getAttributeNames()) removeUnlessKept(each, name)
  return { text: renderedText(content), html: content.innerHTML }
}

function elementOf(node: Node): Element | null {
  return node instanceof Element ? node : node.parentElement
}

/** Half a formula says nothing: the range reaches around those that it begins or ends in. */
function withWholeFormulas(selected: Range): Range {
  const range = selected.cloneRange()
  const formulaAround = (node: Node) => elementOf(node)?.closest('.formula, .formula-display')
  const first = formulaAround(range.startContainer)
  const last = formulaAround(range.endContainer)
  if (first) range.setStartBefore(first)
  if (last) range.setEndAfter(last)
  return range
}

/** What KaTeX was given, in the marks that it was written in. */
function texOf(formula: Element): string {
  const tex = formula.querySelector('annotation')?.textContent ?? formula.textContent ?? ''
  return formula.classList.contains('formula-display') ? `$$${tex}$$` : `$${tex}$`
}

/** Rows or cells that were selected within a table are in one again. A part of one cell is no table. */
function asTable(fragment: DocumentFragment, around: Element): Node {
  if (around.closest('td, th')) return fragment
  const table = document.createElement('table')
  const rows = fragment.querySelector('tr') ? table : table.appendChild(document.createElement('tr'))
  rows.append(fragment)
  return table
}

/** A long table stands in several, of which all but the first go on. */
function joinTables(content: Element): void {
  for (const scroller of content.querySelectorAll('.table-scroller')) {
    const [first, ...others] = scroller.querySelectorAll('table')
    for (const other of others) {
      first?.append(...other.querySelectorAll('tbody'))
      other.remove()
    }
  }
}

function removeUnlessKept(element: Element, name: string): void {
  if (!['href', 'dir', 'start', 'src', 'alt'].includes(name)) element.removeAttribute(name)
}

/** The text as it would be read: the browser knows where lines end, and puts tabs between cells. */
function renderedText(content: Element): string {
  const place = document.createElement('div')
  place.className = 'markdown'
  place.setAttribute('aria-hidden', 'true')
  place.style.cssText = 'position:fixed;inset-inline-start:-200vw;width:60rem;'
  place.append(content.cloneNode(true))
  // Around a paragraph the browser leaves a line free; so it is to be around a table and code.
  for (const each of place.querySelectorAll('figure, section')) {
    const paragraph = document.createElement('p')
    paragraph.append(...each.childNodes)
    each.replaceWith(paragraph)
  }
  document.body.append(place)
  const text = place.innerText
  place.remove()
  return text.trim()
}
