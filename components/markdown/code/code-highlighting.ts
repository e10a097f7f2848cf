import type { Code } from '@/lib/markdown/tree'
import { nextVersion } from '@/lib/markdown/tree-builder'
import type { Grammar } from './languages'
import type { HighlightRequest, HighlightResult, ReleaseRequest, Token } from './messages'

/** Limits a request, so that long code gets its colors step by step. */
const MAX_REQUEST_LINES = 200
/** Colors that no text follows are rendered after this delay. */
const NOTIFY_DELAY_MS = 100

let worker: Worker | null = null
let count = 0
const highlightings = new Map<number, CodeHighlighting>()

function startWorker(): Worker {
  const started = new Worker(new URL('./highlight.worker.ts', import.meta.url), { type: 'module' })
  started.addEventListener('message', ({ data }: MessageEvent<HighlightResult>) =>
    highlightings.get(data.id)?.receive(data),
  )
  return started
}

function send(message: HighlightRequest | ReleaseRequest): void {
  worker ??= startWorker()
  worker.postMessage(message)
}

/** The colors of a code block, line by line. A finished line is highlighted once. */
export class CodeHighlighting {
  private readonly id = ++count
  private readonly lines: Token[][] = []
  private last: HighlightResult['last'] = null
  private isWaiting = false
  private requestedLast: string | null = null
  private growing = false
  private notifyTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly code: Code,
    private readonly grammar: Grammar,
    private readonly onChange: () => void,
  ) {
    highlightings.set(this.id, this)
  }

  /** To be called after each render: requests the colors of new lines. */
  rendered(growing: boolean): void {
    this.growing = growing
    clearTimeout(this.notifyTimer)
    this.notifyTimer = undefined
    this.requestNext()
  }

  /** Sends one request at a time. */
  private requestNext(): void {
    const { growing } = this
    if (this.isWaiting) return
    const { entries } = this.code.lines
    const finished = growing ? entries.length - 1 : entries.length
    const from = this.lines.length
    const lines = from < finished ? entries.slice(from, Math.min(finished, from + MAX_REQUEST_LINES)) : []
    const last = growing && from + lines.length === finished ? (entries.at(-1) ?? null) : null
    if (lines.length === 0 && (last === null || last === this.requestedLast)) return
    this.isWaiting = true
    this.requestedLast = last
    send({ id: this.id, grammar: this.grammar, lines, last })
  }

  receive({ lines, last }: HighlightResult): void {
    this.isWaiting = false
    for (const tokens of lines) {
      this.code.lines.touch(this.lines.length, nextVersion())
      this.lines.push(tokens)
    }
    this.last = last
    if (last) this.code.lines.touch(this.lines.length, nextVersion())
    this.notify()
    this.requestNext()
  }

  /** While code grows, colors are rendered with the text that follows: two renders cost twice as much as one. */
  private notify(): void {
    if (this.growing) this.notifyTimer ??= setTimeout(this.onChange, NOTIFY_DELAY_MS)
    else this.onChange()
  }

  /** The tokens of a line; null while it has no colors. Text that was added since has none yet. */
  tokensOf(index: number, text: string): Token[] | null {
    const known = this.lines[index]
    if (known) return known
    const { last } = this
    if (index !== this.lines.length || !last || !text.startsWith(last.text)) return null
    const rest = text.slice(last.text.length)
    return rest === '' ? last.tokens : [...last.tokens, { text: rest, kind: '' }]
  }

  dispose(): void {
    clearTimeout(this.notifyTimer)
    highlightings.delete(this.id)
    send({ id: this.id, release: true })
  }
}
