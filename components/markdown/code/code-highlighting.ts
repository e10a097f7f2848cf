import type { Code } from '@/lib/markdown/tree'
import { nextVersion } from '@/lib/markdown/tree-builder'
import type { Grammar } from './languages'
import type { HighlightRequest, HighlightResult, ReleaseRequest, Token } from './messages'

/** So many lines are asked for at once, so that a long piece of code gets its colours bit by bit. */
const MAX_REQUEST_LINES = 200
/** In milliseconds. Colours that no text comes after are shown by themselves. */
const NOTIFY_DELAY_MS = 100

let worker: Worker | null = null
let count = 0
const highlightings = new Map<number, CodeHighlighting>()

/** Colouring is work of its own kind, and is done beside the page. */
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

/** The colours of a piece of code, line by line. A finished line is coloured once. */
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

  /** The code was shown, with the colours that are known. Asks for those of what is new. */
  rendered(growing: boolean): void {
    this.growing = growing
    clearTimeout(this.notifyTimer)
    this.notifyTimer = undefined
    this.requestNext()
  }

  /** One question at a time: what comes meanwhile waits for its answer. */
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

  /** The answer. */
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

  /** While a text grows, colours are shown along with what comes next: two changes cost twice what one does. */
  private notify(): void {
    if (this.growing) this.notifyTimer ??= setTimeout(this.onChange, NOTIFY_DELAY_MS)
    else this.onChange()
  }

  /** What a line is made of; null while it has no colours. What has been added since has none yet. */
  tokensOf(place: number, text: string): Token[] | null {
    const known = this.lines[place]
    if (known) return known
    const { last } = this
    if (place !== this.lines.length || !last || !text.startsWith(last.text)) return null
    const rest = text.slice(last.text.length)
    return rest === '' ? last.tokens : [...last.tokens, { text: rest, kind: '' }]
  }

  dispose(): void {
    clearTimeout(this.notifyTimer)
    highlightings.delete(this.id)
    send({ id: this.id, release: true })
  }
}
