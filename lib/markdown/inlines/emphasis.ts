import type { Inline } from '../tree'
import { mayPair } from './emphasis-run'
import { depthBetween, type Piece, type Run, remove, wrap } from './pieces'

/** Marks nested deeper than this are text: what shows them has to go as deep. */
const deepest = 100

/** The runs of a text that have not found their other half, as a stack. */
export class Runs {
  last: Run | null = null

  /** What is further apart than `reach` is no pair. */
  constructor(
    private readonly parent: Piece,
    private readonly reach: number,
  ) {}

  push(run: Run): void {
    if (this.last) this.last.next = run
    this.last = run
  }

  remove(run: Run): void {
    if (run.previous) run.previous.next = run.next
    if (run.next) run.next.previous = run.previous
    else this.last = run.previous
  }

  /** Pairs the runs above `bottom`, as the specification says. */
  pair(bottom: Run | null): void {
    const bottoms = new Map<string, Run | null>()
    let closer = this.last
    while (closer && closer.previous !== bottom) closer = closer.previous
    while (closer) {
      if (!closer.closes) {
        closer = closer.next
        continue
      }
      const key = keyOf(closer)
      const floor = bottoms.has(key) ? bottoms.get(key) : bottom
      const opener = this.openerOf(closer, bottom, floor ?? null)
      if (opener && depthBetween(opener.piece, closer.piece) < deepest) closer = this.join(opener, closer)
      else {
        bottoms.set(key, closer.previous)
        const next: Run | null = closer.next
        if (!closer.opens) this.remove(closer)
        closer = next
      }
    }
  }

  /** Forgets the runs above `bottom`: what they are is text. */
  drop(bottom: Run | null): void {
    while (this.last && this.last !== bottom) this.remove(this.last)
  }

  private openerOf(closer: Run, bottom: Run | null, floor: Run | null): Run | null {
    for (let run = closer.previous; run && run !== bottom && run !== floor; run = run.previous) {
      if (closer.at - run.at > this.reach) return null
      if (run.mark !== closer.mark || !run.opens || !mayPair(run, closer)) continue
      if (run.mark === '~') return run
      const odd = (closer.opens || run.closes) && closer.length % 3 !== 0 && (run.length + closer.length) % 3 === 0
      if (!odd) return run
    }
    return null
  }

  private join(opener: Run, closer: Run): Run | null {
    const used = closer.left >= 2 && opener.left >= 2 ? 2 : 1
    for (const run of [opener, closer]) {
      run.left -= used
      run.piece.text = run.piece.text.slice(used)
    }
    for (let between = closer.previous; between && between !== opener; between = between.previous) this.remove(between)
    wrap(this.parent, opener.piece, closer.piece, kindOf(opener.mark, used))
    if (opener.left === 0) this.take(opener)
    if (closer.left > 0) return closer
    const { next } = closer
    this.take(closer)
    return next
  }

  private take(run: Run): void {
    remove(this.parent, run.piece)
    this.remove(run)
  }

  /** Closes what is still open at the end of an unfinished text, if it is as near as `nearest`. */
  closeOpen(nearest: number): void {
    const open: Run[] = []
    for (let run = this.last; run; run = run.previous)
      if (run.opens && run.beforeWord && run.at >= nearest) open.push(run)
    for (const run of open) {
      if (!run.piece.next) continue
      while (run.left > 0 && depthBetween(run.piece, null) < deepest) {
        const used = Math.min(2, run.left)
        run.left -= used
        wrap(this.parent, run.piece, null, kindOf(run.mark, used))
      }
      this.take(run)
    }
  }
}

function kindOf(mark: string, used: number): Inline {
  return { type: mark === '~' ? 'delete' : used === 2 ? 'strong' : 'emphasis', children: [] }
}

/** Closers of one key find no opener where another of it found none. */
function keyOf({ mark, opens, length, wordEnd, byDigit }: Run): string {
  return `${mark}${opens}${length === 1}${length % 3}${wordEnd === null}${byDigit}`
}
