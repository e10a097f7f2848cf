import type { Definition, References } from '../tree'
import type { DelimiterStack } from './delimiter-stack'
import { MAX_OPEN_CHARACTERS } from './incomplete-markup'
import { incompleteTarget, inlineTarget, referenceTarget, type Target } from './link-targets'
import { type Bracket, inlinesOfPieces, inlineText, type Piece, remove, wrap } from './pieces'

/** What a text is parsed with. */
interface Context {
  text: string
  references: References
  unfinished: boolean
  /** Marks further apart than this are no pair. */
  reach: number
}

/** The opening brackets of a text that haven't been closed, as a stack; makes links and images of those that are. */
export class BracketStack {
  private last: Bracket | null = null

  constructor(
    private readonly root: Piece,
    private readonly delimiters: DelimiterStack,
    private readonly context: Context,
  ) {}

  /** `at` is where the text after the bracket begins. */
  push(piece: Piece, isImage: boolean, at: number): void {
    const { last: previous } = this
    if (previous) previous.holdsBracket = true
    this.last = { piece, isImage, active: true, at, run: this.delimiters.last, holdsBracket: false, previous }
  }

  /** The innermost bracket that a closing one at this place could close. */
  openAt(at: number): Bracket | null {
    if (this.last && at - this.last.at > this.context.reach) this.last = null
    return this.last
  }

  /** Closes the innermost bracket at a `]`; returns where the link or image ends, null when the `]` is text. */
  close(at: number): number | null {
    const opener = this.openAt(at)
    this.last = opener?.previous ?? null
    const found = opener?.active ? this.targetOf(opener, at) : null
    if (!opener || !found || found.end - opener.at > this.context.reach) return null
    this.link(opener, found.target)
    return found.end
  }

  /** Drops the mark of a bracket that is still open at the end of an unfinished text. */
  dropOpen(): void {
    const { last } = this
    const { text } = this.context
    if (!last?.active || text.length - last.at > MAX_OPEN_CHARACTERS || text.slice(last.at).includes('\n')) return
    const mark = last.isImage ? 2 : 1
    if (/\w/.test(text[last.at - mark - 1] ?? '') && !last.isImage) return
    last.piece.text = ''
  }

  private targetOf(opener: Bracket, at: number): Target | null {
    const { text, references, unfinished } = this.context
    const inner = opener.holdsBracket ? null : text.slice(opener.at, at)
    const found = inlineTarget(text, at + 1) ?? referenceTarget(text, at + 1, inner, references)
    if (found || !unfinished) return found
    const followsWord = !opener.isImage && /\w/.test(text[opener.at - 2] ?? '')
    return incompleteTarget(text, at + 1, !followsWord)
  }

  private link(opener: Bracket, target: Definition | null): void {
    this.delimiters.pair(opener.run)
    this.delimiters.drop(opener.run)
    const { url, title } = target ?? { url: null, title: '' }
    const made = wrap(this.root, opener.piece, null, { type: 'link', url, title, children: [] })
    remove(this.root, opener.piece)
    if (opener.isImage) {
      made.inline = { type: 'image', url, title, alt: inlineText(inlinesOfPieces(made)) }
      made.first = null
      made.last = null
      return
    }
    // Links don't nest. Brackets outside of an inactive one are inactive already.
    for (let each = this.last; each; each = each.previous) {
      if (each.isImage) continue
      if (!each.active) return
      each.active = false
    }
  }
}
