import { MarkdownDocument } from '@/lib/markdown/document'
import { parsedCells, parsedSegments } from '@/lib/markdown/parsed-text'
import type { Align, Block, Container, Inline, LinkDefinitions, Row, Table } from '@/lib/markdown/tree'

/** A document as the specifications' HTML, including raw HTML, which the page never renders. */
export function htmlOf(document: MarkdownDocument): string {
  return blocks(document, document.root).join('') + notes(document)
}

/** The HTML of a text that is parsed at once. */
export function wholeHtml(text: string): string {
  const document = new MarkdownDocument()
  document.append(text)
  document.finish()
  return htmlOf(document)
}

/** The HTML of each child block. */
export function blocks(document: MarkdownDocument, container: Container, tight = false): string[] {
  return container.children.entries.map((block) => blockHtml(document, block, tight))
}

function blockHtml(document: MarkdownDocument, block: Block, tight: boolean): string {
  const inner = (container: Container, isTight = false) => blocks(document, container, isTight).join('')
  const unfinished = document.growing === block
  switch (block.type) {
    case 'quote':
      return `<blockquote>\n${inner(block)}</blockquote>\n`
    case 'list': {
      const items = inner(block, !block.loose)
      const start = block.start === 1 ? '' : ` start="${block.start}"`
      return block.ordered ? `<ol${start}>\n${items}</ol>\n` : `<ul>\n${items}</ul>\n`
    }
    case 'item':
      return itemHtml(inner(block, tight), block.checked, block.children.entries, tight)
    case 'footnote':
      return ''
    case 'details':
      return `<details>\n${inner(block)}</details>\n`
    case 'link-definitions':
      return linksHtml(document, block)
    case 'summary':
      return `<summary>${inlineHtml(document, parsedSegments(block, document.references, unfinished).flat())}</summary>\n`
    case 'paragraph': {
      const text = inlineHtml(document, parsedSegments(block, document.references, unfinished).flat())
      return tight ? `${text}\n` : `<p>${text}</p>\n`
    }
    case 'heading': {
      const text = inlineHtml(document, parsedSegments(block, document.references, unfinished).flat())
      return `<h${block.level}>${text}</h${block.level}>\n`
    }
    case 'code': {
      const language = block.info.split(/[ \t]/)[0] ?? ''
      const text = block.lines.entries.map((line) => `${escaped(line)}\n`).join('')
      return `<pre><code${language ? ` class="language-${escaped(language)}"` : ''}>${text}</code></pre>\n`
    }
    case 'math':
      return `<math>${escaped(block.lines.join('\n'))}</math>${block.closed}\n`
    case 'html':
      return `${block.lines.entries.join('\n')}\n`
    case 'thematic-break':
      return '<hr />\n'
    case 'table':
      return tableHtml(document, block, unfinished)
  }
}

function linksHtml(document: MarkdownDocument, links: LinkDefinitions): string {
  const items = document
    .unreferencedDefinitions(links)
    .map(({ label, url, title }) => `<li>[${escaped(label)}] ${escaped(url)}${escaped(title && ` ${title}`)}</li>\n`)
  return items.length > 0 ? `<ul class="links">\n${items.join('')}</ul>\n` : ''
}

function itemHtml(inner: string, done: boolean | null, children: Block[], tight: boolean): string {
  const task = done === null ? '' : `<input type="checkbox"${done ? ' checked=""' : ''} disabled="" /> `
  const withTask = task && !tight ? inner.replace('<p>', `<p>${task}`) : task + inner
  const startsWithText = tight && children[0]?.type === 'paragraph'
  const endsWithText = tight && children.at(-1)?.type === 'paragraph'
  const body = endsWithText ? withTask.replace(/\n$/, '') : withTask
  if (children.length === 0) return '<li></li>\n'
  return `<li>${startsWithText ? '' : '\n'}${body}</li>\n`
}

function tableHtml(document: MarkdownDocument, table: Table, unfinished: boolean): string {
  const head = rowHtml(document, table, table.head, 'th', unfinished && table.rows.length === 0)
  const rows = table.rows.entries.map((row, place) =>
    rowHtml(document, table, row, 'td', unfinished && place === table.rows.length - 1),
  )
  const body = rows.length > 0 ? `<tbody>\n${rows.join('')}</tbody>\n` : ''
  return `<table>\n<thead>\n${head}</thead>\n${body}</table>\n`
}

function rowHtml(document: MarkdownDocument, table: Table, row: Row, name: string, unfinished: boolean): string {
  const cells = parsedCells(table, row, document.references, unfinished).map((inlines, column) => {
    const align: Align = table.align[column] ?? null
    return `<${name}${align ? ` align="${align}"` : ''}>${inlineHtml(document, inlines)}</${name}>\n`
  })
  return `<tr>\n${cells.join('')}</tr>\n`
}

function notes(document: MarkdownDocument): string {
  const all = document.references.orderedFootnotes()
  if (all.length === 0) return ''
  return `<section>\n${all.map(({ label, footnote, number }) => `<li id="${escaped(label)}" value="${number}">${blocks(document, footnote).join('')}</li>\n`).join('')}</section>\n`
}

export function inlineHtml(document: MarkdownDocument, inlines: Inline[]): string {
  return inlines.map((each) => oneInline(document, each)).join('')
}

const names = { emphasis: 'em', strong: 'strong', delete: 'del' }

function oneInline(document: MarkdownDocument, inline: Inline): string {
  switch (inline.type) {
    case 'text':
      return escaped(inline.text)
    case 'break':
      return '<br />\n'
    case 'code':
      return `<code>${escaped(inline.text)}</code>`
    case 'html':
      return inline.text
    case 'element':
      return `<${inline.name}>${inlineHtml(document, inline.children)}</${inline.name}>`
    case 'math':
      return `<math${inline.display ? ' display' : ''}>${escaped(inline.tex)}</math>`
    case 'footnote-reference':
      return `<sup>${document.references.numberOf(inline.label)}</sup>`
    case 'link': {
      const title = inline.title ? ` title="${escaped(inline.title)}"` : ''
      return `<a href="${encoded(inline.url ?? '')}"${title}>${inlineHtml(document, inline.children)}</a>`
    }
    case 'image': {
      const title = inline.title ? ` title="${escaped(inline.title)}"` : ''
      return `<img src="${encoded(inline.url ?? '')}" alt="${escaped(inline.alt)}"${title} />`
    }
    default:
      return `<${names[inline.type]}>${inlineHtml(document, inline.children)}</${names[inline.type]}>`
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function encoded(address: string): string {
  const kept = address
    .toWellFormed()
    .replace(/%(?![0-9a-fA-F]{2})|[^%A-Za-z0-9;/?:@&=+$,\-_.!~*'()#]/gu, encodeURIComponent)
  return escaped(kept)
}
