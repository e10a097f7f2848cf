/** Only selections that hold one of these are copied by us. */
const sourceCopied = '.formula, .formula-display, table, .code-block'
/** Controls and notes beside the text, which aren't copied. */
const excluded = 'figcaption, .table-actions, button, [role="status"], .sr-only, .diagram-note, thead.continued'

let listening = false

/**
 * Copies a selection that holds formulas, tables, or code as it was written: TeX once, tables as tab-separated text
 * and as HTML.
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

/** A range as text and HTML; null where the browser's own copy is good enough. */
function serializeRange(selected: Range): { text: string; html: string } | null {
  const holder = elementOf(selected.commonAncestorContainer)
  // Select all covers more than the transcript.
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

/** Extends a range around formulas that it cuts. */
function withWholeFormulas(selected: Range): Range {
  const range = selected.cloneRange()
  const formulaAround = (node: Node) => elementOf(node)?.closest('.formula, .formula-display')
  const first = formulaAround(range.startContainer)
  const last = formulaAround(range.endContainer)
  if (first) range.setStartBefore(first)
  if (last) range.setEndAfter(last)
  return range
}

/** The TeX source, with its delimiters. */
function texOf(formula: Element): string {
  const tex = formula.querySelector('annotation')?.textContent ?? formula.textContent ?? ''
  return formula.classList.contains('formula-display') ? `$$${tex}$$` : `$${tex}$`
}

/** Puts selected rows or cells into a table again. A part of one cell is no table. */
function asTable(fragment: DocumentFragment, around: Element): Node {
  if (around.closest('td, th')) return fragment
  const table = document.createElement('table')
  const rows = fragment.querySelector('tr') ? table : table.appendChild(document.createElement('tr'))
  rows.append(fragment)
  return table
}

/** A long table is split into several elements, which are joined for copying. */
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

/** The text as rendered: the browser knows where lines end, and puts tabs between cells. */
function renderedText(content: Element): string {
  const container = document.createElement('div')
  container.className = 'markdown'
  container.setAttribute('aria-hidden', 'true')
  container.style.cssText = 'position:fixed;inset-inline-start:-200vw;width:60rem;'
  container.append(content.cloneNode(true))
  // The browser puts blank lines around paragraphs only; tables and code get them too.
  for (const each of container.querySelectorAll('figure, section')) {
    const paragraph = document.createElement('p')
    paragraph.append(...each.childNodes)
    each.replaceWith(paragraph)
  }
  document.body.append(container)
  const text = container.innerText
  container.remove()
  return text.trim()
}
