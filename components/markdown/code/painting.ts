import { newStamp } from '@/lib/markdown/growing-tree'
import type { Code } from '@/lib/markdown/tree'
import type { Grammar } from './languages'
import type { Asked, Forgotten, Painted, Token } from './messages'

/** So many lines are asked for at once, so that a long piece of code gets its colours bit by bit. */
const mostAsked = 200
/** In milliseconds. Colours that no text comes after are shown by themselves. */
const patience = 100

let worker: Worker | null = null
let count = 0
const paintings = new Map<number, Painting>()

/** Colouring is work of its own kind, and is done beside the page. */
function startWorker(): Worker {
  const started = new Worker(new URL('./painter.worker.ts', import.meta.url), { type: 'module' })
  started.addEventListener('message', ({ data }: MessageEvent<Painted>) => paintings.get(data.id)?.take(data))
  return started
}

function send(message: Asked | Forgotten): void {
  worker ??= startWorker()
  worker.postMessage(message)
}

/** The colours of a piece of code, line by line. A finished line is coloured once. */
export class Painting {
  private readonly id = ++count
  private readonly lines: Token[][] = []
  private last: Painted['last'] = null
  private asking = false
  private askedLast: string | null = null
  private growing = false
  private untold: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly code: Code,
    private readonly grammar: Grammar,
    private readonly changed: () => void,
  ) {
    paintings.set(this.id, this)
  }

  /** The code was shown, with the colours that are known. Asks for those of what is new. */
  shown(growing: boolean): void {
    this.growing = growing
    clearTimeout(this.untold)
    this.untold = undefined
    this.ask()
  }

  /** One question at a time: what comes meanwhile waits for its answer. */
  private ask(): void {
    const { growing } = this
    if (this.asking) return
    const { entries } = this.code.lines
    const finished = growing ? entries.length - 1 : entries.length
    const from = this.lines.length
    const lines = from < finished ? entries.slice(from, Math.min(finished, from + mostAsked)) : []
    const last = growing && from + lines.length === finished ? (entries.at(-1) ?? null) : null
    if (lines.length === 0 && (last === null || last === this.askedLast)) return
    this.asking = true
    this.askedLast = last
    send({ id: this.id, grammar: this.grammar, lines, last })
  }

  /** The answer. */
  take({ lines, last }: Painted): void {
    this.asking = false
    for (const tokens of lines) {
      this.code.lines.touch(this.lines.length, newStamp())
      this.lines.push(tokens)
    }
    this.last = last
    if (last) this.code.lines.touch(this.lines.length, newStamp())
    this.tell()
    this.ask()
  }

  /** While a text grows, colours are shown along with what comes next: two changes cost twice what one does. */
  private tell(): void {
    if (this.growing) this.untold ??= setTimeout(this.changed, patience)
    else this.changed()
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

  forget(): void {
    clearTimeout(this.untold)
    paintings.delete(this.id)
    send({ id: this.id, forget: true })
  }
}
