import { type ElementName, elementNames } from '../tree'
import { depthBetween, type Piece, remove, wrap } from './pieces'

const known = new Set<string>(elementNames)
const lists = new Set<string>(['ul', 'ol', 'li'])
const tag = /^<(\/?)([a-z]+)\s*(\/?)>$/i
const lineOfTag = /^<\/?([a-z]+)\s*\/?>/i
const listStart = /^<(?:ul|ol)\s*>/i
const listTag = /^<\/?(?:ul|ol|li)\s*>/i
/** Elements nested deeper than this are text: rendering recurses as deep. */
const MAX_DEPTH = 100

/** The beginning of a known tag, at the end of an unfinished text. */
export const incompleteTag = new RegExp(`</?(?:${prefixes().join('|')})\\s?/?$|</$`, 'i')

interface Opened {
  piece: Piece
  name: ElementName
}

/** Whether a line starts with an inline element, so that it starts no HTML block. */
export function startsInlineElement(line: string, inParagraph: boolean): boolean {
  if (inParagraph && listTag.test(line)) return true
  const name = lineOfTag.exec(line)?.[1]?.toLowerCase() ?? ''
  return name === 'br' || (known.has(name) && !lists.has(name)) || listStart.test(line)
}

/**
 * Makes elements of paired tags, within the marks around them. A tag without its pair stays text; in an unfinished
 * text, tags from position `openFrom` on are closed at the end.
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

/** The tags on one level that haven't found their pair, as a stack. */
class TagStack {
  private opened: Opened[] = []
  /** How many tags of each name are open, which avoids searches in vain. */
  private readonly counts = new Map<ElementName, number>()

  /** Tags further apart than `reach` are no pair. */
  constructor(
    private readonly parent: Piece,
    private readonly reach: number,
  ) {}

  add(piece: Piece, name: ElementName, closes: boolean): void {
    const innermost = this.opened.at(-1)
    // An item ends where the next one starts or its list ends.
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
    const index = this.opened.findLastIndex((each) => each.name === name)
    const opener = this.opened[index]
    if (!opener) return
    this.drop(index)
    if (piece.at - opener.piece.at <= this.reach && this.close(opener, piece)) remove(this.parent, piece)
  }

  private drop(from: number): void {
    for (const { name } of this.opened.splice(from)) this.counts.set(name, (this.counts.get(name) ?? 1) - 1)
  }

  /** Wraps what is between two tags in an element; false where that would nest too deep. */
  private close({ piece, name }: Opened, until: Piece | null): boolean {
    if (depthBetween(piece, until) >= MAX_DEPTH) {
      // Outer tags would nest even deeper.
      this.drop(0)
      return false
    }
    const element = wrap(this.parent, piece, until, { type: 'element', name, children: [] })
    remove(this.parent, piece)
    if (isList(name)) dropSpace(element)
    return true
  }

  /** Closes tags from a position on at the end of the text; empty ones are dropped. */
  closeFrom(index: number): void {
    for (const each of this.opened.toReversed()) {
      if (each.piece.at < index) return
      if (!each.piece.next) remove(this.parent, each.piece)
      else if (!this.close(each, null)) return
    }
  }
}

/** Drops the white space between the items of a list. */
function dropSpace(list: Piece): void {
  for (let piece = list.first; piece; piece = piece.next)
    if (piece.inline?.type === 'break' || (!piece.inline && piece.text.trim() === '')) remove(list, piece)
}

/** A line ending right after `<br>` is part of the same break. */
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
  // A self-closed element is empty; browsers treat `</br>` as a break too.
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
