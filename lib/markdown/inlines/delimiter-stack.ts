import type { Inline } from '../tree'
import { canPair } from './delimiter-run'
import { type DelimiterRun, depthBetween, type Piece, remove, wrap } from './pieces'

/** Emphasis nested deeper than this is text: rendering recurses as deep. */
const MAX_DEPTH = 100

/** The delimiter runs that haven't found their pair, as a stack. */
export class DelimiterStack {
  last: DelimiterRun | null = null

  /** Runs further apart than `reach` are no pair. */
  constructor(
    private readonly parent: Piece,
    private readonly reach: number,
  ) {}

  push(run: DelimiterRun): void {
    if (this.last) this.last.next = run
    this.last = run
  }

  remove(run: DelimiterRun): void {
    if (run.previous) run.previous.next = run.next
    if (run.next) run.next.previous = run.previous
    else this.last = run.previous
  }

  /** Pairs the runs above `bottom` (CommonMark's "process emphasis"). */
  pair(bottom: DelimiterRun | null): void {
    const bottoms = new Map<string, DelimiterRun | null>()
    let closer = this.last
    while (closer && closer.previous !== bottom) closer = closer.previous
    while (closer) {
      if (!closer.canClose) {
        closer = closer.next
        continue
      }
      const key = keyOf(closer)
      const floor = bottoms.has(key) ? bottoms.get(key) : bottom
      const opener = this.openerOf(closer, bottom, floor ?? null)
      if (opener && depthBetween(opener.piece, closer.piece) < MAX_DEPTH) closer = this.join(opener, closer)
      else {
        bottoms.set(key, closer.previous)
        const next: DelimiterRun | null = closer.next
        if (!closer.canOpen) this.remove(closer)
        closer = next
      }
    }
  }

  /** Removes the runs above `bottom`, which become text. */
  drop(bottom: DelimiterRun | null): void {
    while (this.last && this.last !== bottom) this.remove(this.last)
  }

  private openerOf(closer: DelimiterRun, bottom: DelimiterRun | null, floor: DelimiterRun | null): DelimiterRun | null {
    for (let run = closer.previous; run && run !== bottom && run !== floor; run = run.previous) {
      if (closer.at - run.at > this.reach) return null
      if (run.mark !== closer.mark || !run.canOpen || !canPair(run, closer)) continue
      if (run.mark === '~') return run
      const odd = (closer.canOpen || run.canClose) && closer.length % 3 !== 0 && (run.length + closer.length) % 3 === 0
      if (!odd) return run
    }
    return null
  }

  private join(opener: DelimiterRun, closer: DelimiterRun): DelimiterRun | null {
    const used = closer.remaining >= 2 && opener.remaining >= 2 ? 2 : 1
    for (const run of [opener, closer]) {
      run.remaining -= used
      run.piece.text = run.piece.text.slice(used)
    }
    for (let between = closer.previous; between && between !== opener; between = between.previous) this.remove(between)
    wrap(this.parent, opener.piece, closer.piece, emphasisOf(opener.mark, used))
    if (opener.remaining === 0) this.removeUsed(opener)
    if (closer.remaining > 0) return closer
    const { next } = closer
    this.removeUsed(closer)
    return next
  }

  private removeUsed(run: DelimiterRun): void {
    remove(this.parent, run.piece)
    this.remove(run)
  }

  /** Closes runs that are still open at the end of an unfinished text, from position `nearest` on. */
  closeOpen(nearest: number): void {
    const open: DelimiterRun[] = []
    for (let run = this.last; run; run = run.previous)
      if (run.canOpen && run.beforeWord && run.at >= nearest) open.push(run)
    for (const run of open) {
      if (!run.piece.next) continue
      while (run.remaining > 0 && depthBetween(run.piece, null) < MAX_DEPTH) {
        const used = Math.min(2, run.remaining)
        run.remaining -= used
        wrap(this.parent, run.piece, null, emphasisOf(run.mark, used))
      }
      this.removeUsed(run)
    }
  }
}

function emphasisOf(mark: string, used: number): Inline {
  return { type: mark === '~' ? 'delete' : used === 2 ? 'strong' : 'emphasis', children: [] }
}

/** Closers with the same key find no opener where one of them found none. */
function keyOf({ mark, canOpen, length, wordEnd, byDigit }: DelimiterRun): string {
  return `${mark}${canOpen}${length === 1}${length % 3}${wordEnd === null}${byDigit}`
}
