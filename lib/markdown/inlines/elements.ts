import { type ElementName, elementNames } from '../tree'
import { depthBetween, type Piece, remove, wrap } from './pieces'

const known = new Set<string>(elementNames)
const lists = new Set<string>(['ul', 'ol', 'li'])
const tag = /^<(\/?)([a-z]+)\s*(\/?)>$/i
const lineOfTag = /^<\/?([a-z]+)\s*\/?>/i
const listStart = /^<(?:ul|ol)\s*>/i
const listTag = /^<\/?(?:ul|ol|li)\s*>/i
/** Elements nested deeper than this are text: what shows them has to go as deep. */
const MAX_DEPTH = 100

/** The beginning of a tag, at the end of a text that is still being written. */
export const incompleteTag = new RegExp(`</?(?:${prefixes().join('|')})\\s?/?$|</$`, 'i')

interface Opened {
  piece: Piece
  name: ElementName
}

/** Whether a line begins with an element that stands in a text, so that it is no block of raw HTML. */
export function startsInlineElement(line: string, inParagraph: boolean): boolean {
  if (inParagraph && listTag.test(line)) return true
  const name = lineOfTag.exec(line)?.[1]?.toLowerCase() ?? ''
  return name === 'br' || (known.has(name) && !lists.has(name)) || listStart.test(line)
}

/**
 * Makes elements of the tags in a text that stand in pairs, within the marks around them. What has no other half stays
 * text; while it is still being written, what was opened from `openFrom` on is closed at the end.
 */
export function pairTags(parent: Piece, reach: number, openFrom: number): void {
  const tags = new TagStack(parent, reach)
  for (let piece = parent.first; piece; ) {
    const { next }: Piece = piece
    if (piece.first) pairTags(piece, reach, next ? Number.POSITIVE_INFINITY : openFrom)
    const found = piece.inline?.type === 'html' ? tagOf(piece.inline.text) : null
    if (found?.name === 'br') lineBreak(parent, piece)
    else if (found && isElementName(found.name)) tags.add(piece, found.name, found.closes)
    piece = next
  }
  tags.closeFrom(openFrom)
}

/** The tags of a text, or of what stands within one mark, that have not found their other half. */
class TagStack {
  private opened: Opened[] = []
  /** How many of each name are open, so that none is looked for in vain. */
  private readonly counts = new Map<ElementName, number>()

  /** What is further apart than \`reach\` is no pair. */
  constructor(
    private readonly parent: Piece,
    private readonly reach: number,
  ) {}

  add(piece: Piece, name: ElementName, closes: boolean): void {
    const innermost = this.opened.at(-1)
    // An item ends where the next one begins, or its list ends.
    if (innermost?.name === 'li' && (closes ? isList(name) : name === 'li')) {
      this.drop(this.opened.length - 1)
      this.close(innermost, piece)
    }
    if (closes) this.end(piece, name)
    else if (name !== 'li' || isList(this.opened.at(-1)?.name)) {
      this.opened.push({ piece, name })
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    }
  }

  private end(piece: Piece, name: ElementName): void {
    if (!this.counts.get(name)) return
    const place = this.opened.findLastIndex((each) => each.name === name)
    const opener = this.opened[place]
    if (!opener) return
    this.drop(place)
    if (piece.at - opener.piece.at <= this.reach && this.close(opener, piece)) remove(this.parent, piece)
  }

  private drop(from: number): void {
    for (const { name } of this.opened.splice(from)) this.counts.set(name, (this.counts.get(name) ?? 1) - 1)
  }

  /** Puts what stands between two tags into an element; false where that would go too deep. */
  private close({ piece, name }: Opened, until: Piece | null): boolean {
    if (depthBetween(piece, until) >= MAX_DEPTH) {
      // Whatever is around it would go deeper yet.
      this.drop(0)
      return false
    }
    const element = wrap(this.parent, piece, until, { type: 'element', name, children: [] })
    remove(this.parent, piece)
    if (isList(name)) dropSpace(element)
    return true
  }

  /** Closes at the end what was opened from a place on. What holds nothing yet is left away. */
  closeFrom(place: number): void {
    for (const each of this.opened.toReversed()) {
      if (each.piece.at < place) return
      if (!each.piece.next) remove(this.parent, each.piece)
      else if (!this.close(each, null)) return
    }
  }
}

/** The white space between the items of a list. */
function dropSpace(list: Piece): void {
  for (let piece = list.first; piece; piece = piece.next)
    if (piece.inline?.type === 'break' || (!piece.inline && piece.text.trim() === '')) remove(list, piece)
}

/** The end of the line after it, if there is one, is the same break. */
function lineBreak(parent: Piece, piece: Piece): void {
  piece.inline = { type: 'break' }
  const { next } = piece
  if (next?.inline?.type === 'break') remove(parent, next)
  else if (next && !next.inline && next.text.startsWith('\n')) {
    next.text = next.text.slice(1)
    next.at++
  }
}

function tagOf(text: string): { name: string; closes: boolean } | null {
  const found = tag.exec(text)
  const name = found?.[2]?.toLowerCase()
  if (name === undefined) return null
  const isVoid = name === 'br'
  // An element that is closed as it is opened holds nothing; `</br>` is a break to browsers too.
  return found?.[3] && !isVoid ? null : { name, closes: found?.[1] === '/' && !isVoid }
}

function isElementName(name: string): name is ElementName {
  return known.has(name)
}

function isList(name: ElementName | undefined): boolean {
  return name === 'ul' || name === 'ol'
}

function prefixes(): string[] {
  const all = [...elementNames, 'br', 'details', 'summary'].flatMap((name) =>
    Array.from(name, (_, end) => name.slice(0, end + 1)),
  )
  return [...new Set(all)].sort((one, other) => other.length - one.length)
}
