import type { Inline } from '../tree'

/** A node in a linked list of inlines, which is cut and wrapped as pairs are found. */
export interface Piece {
  inline: Inline | null
  text: string
  next: Piece | null
  previous: Piece | null
  first: Piece | null
  last: Piece | null
  /** How deep its content nests. */
  depth: number
  /** Its start in the text. */
  at: number
}

/** A run of `*`, `_` or `~`. */
export interface DelimiterRun {
  piece: Piece
  mark: string
  length: number
  /** How many of its characters are unused. */
  remaining: number
  canOpen: boolean
  canClose: boolean
  /** It is at the start of a word, where openers usually are. */
  beforeWord: boolean
  /** The end of the word that it is inside of; null at a word's border. */
  wordEnd: number | null
  /** A digit is next to it. */
  byDigit: boolean
  at: number
  previous: DelimiterRun | null
  next: DelimiterRun | null
}

/** An opening bracket that hasn't been closed. */
export interface Bracket {
  piece: Piece
  isImage: boolean
  /** False once a link was made inside it, since links don't nest. */
  active: boolean
  /** The position after the bracket. */
  at: number
  run: DelimiterRun | null
  /** Another bracket was opened inside it, so its content is no label. */
  holdsBracket: boolean
  previous: Bracket | null
}

export function newPiece(inline: Inline | null, text = '', at = 0): Piece {
  return { inline, text, next: null, previous: null, first: null, last: null, depth: 0, at }
}

export function append(parent: Piece, piece: Piece): void {
  piece.previous = parent.last
  if (parent.last) parent.last.next = piece
  else parent.first = piece
  parent.last = piece
}

export function remove(parent: Piece, piece: Piece): void {
  if (piece.previous) piece.previous.next = piece.next
  else parent.first = piece.next
  if (piece.next) piece.next.previous = piece.previous
  else parent.last = piece.previous
}

/** Wraps the pieces after `from` and before `until` in a new piece. */
export function wrap(parent: Piece, from: Piece, until: Piece | null, inline: Inline): Piece {
  const wrapper = newPiece(inline, '', from.at)
  wrapper.depth = depthBetween(from, until) + 1
  const first = from.next
  const last = until ? until.previous : parent.last
  if (first && last && first !== until) {
    wrapper.first = first
    wrapper.last = last
    first.previous = null
    last.next = null
  }
  from.next = wrapper
  wrapper.previous = from
  wrapper.next = until
  if (until) until.previous = wrapper
  else parent.last = wrapper
  return wrapper
}

/** How deep the pieces between two others nest. It is cheap in total: the visited pieces are wrapped soon after. */
export function depthBetween(from: Piece, until: Piece | null): number {
  let depth = 0
  for (let each = from.next; each && each !== until; each = each.next) depth = Math.max(depth, each.depth)
  return depth
}

/** The inlines of a list of pieces; adjacent texts are joined. */
export function inlinesOfPieces(parent: Piece): Inline[] {
  const inlines: Inline[] = []
  for (let piece = parent.first; piece; piece = piece.next) {
    const before = inlines.at(-1)
    if (!piece.inline) {
      // A block-like inline already ends its line.
      const text = isOnOwnLines(before) ? piece.text.replace(/^\n/, '') : piece.text
      if (text === '') continue
      if (before?.type === 'text') inlines[inlines.length - 1] = { type: 'text', text: before.text + text }
      else inlines.push({ type: 'text', text })
    } else if ('children' in piece.inline && piece.first) {
      inlines.push({ ...piece.inline, children: inlinesOfPieces(piece) })
    } else if (piece.inline.type !== 'break' || !isOnOwnLines(before)) inlines.push(piece.inline)
  }
  return inlines
}

/** Whether it is a displayed formula or a list. */
function isOnOwnLines(inline: Inline | undefined): boolean {
  return inline?.type === 'math' ? inline.display : inline?.type === 'element' && /^[uo]l$/.test(inline.name)
}

/** The text without markup, as in the alternative text of an image. */
export function inlineText(inlines: Inline[]): string {
  return inlines
    .map((each) => {
      switch (each.type) {
        case 'text':
        case 'code':
          return each.text
        case 'math':
          return each.tex
        case 'break':
          return '\n'
        case 'image':
          return each.alt
        case 'html':
        case 'footnote-reference':
          return ''
        case 'element':
          return each.name === 'li' ? `\n• ${inlineText(each.children)}` : inlineText(each.children)
        default:
          return inlineText(each.children)
      }
    })
    .join('')
}
