import 'server-only'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import type { Answer } from './answer'
import type { Clocks } from './time-limits'

/** After a finish reason that came by itself, usage may still come; `[DONE]` ends the wait. */
const afterFinishMs = 1500
/** After one that came with text, or a stop before any: some servers write one on every chunk. */
const afterDoubtfulFinishMs = 20_000

/** The waits of one attempt, from its request on, on one timer: to put the end off costs no new one. */
export class Waits {
  /** Aborts when a wait was too long. */
  readonly late: AbortSignal
  readonly #late = new AbortController()
  readonly #clocks: Clocks
  #end: number
  #due: number
  #timer: NodeJS.Timeout
  /** When the last content came, or the request began. */
  #contentAt = performance.now()
  #contents = 0
  #finish: Answer['finish'] = 'none'

  constructor(clocks: Clocks) {
    this.late = this.#late.signal
    this.#clocks = clocks
    this.#end = this.#due = this.#contentAt + clocks.firstTokenMs
    this.#timer = setTimeout(this.#ring, clocks.firstTokenMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Something has come, and the answer stands as it does with it. */
  heard(answer: Answer): void {
    const now = performance.now()
    const { contents, finish } = answer
    const brought = contents !== this.#contents || finish !== this.#finish
    this.#contents = contents
    this.#finish = finish
    if (brought) this.#contentAt = now
    if (finish !== 'none') {
      if (brought) this.#setTo(now + this.#afterFinish(answer))
    } else if (answer.hasAnswer) {
      if (brought) this.#setTo(now + this.#clocks.idleMs)
    } else {
      const { firstTokenMs, heartbeatMs } = this.#clocks
      this.#setTo(Math.min(now + firstTokenMs, this.#contentAt + Math.max(firstTokenMs, heartbeatMs)))
    }
  }

  #afterFinish({ finish, finishReason, contents }: Answer): number {
    const { idleMs } = this.#clocks
    if (finish === 'not meant') return idleMs
    const isMeant = contents > 0 || finishKindOf(finishReason) !== 'stop'
    return finish === 'alone' && isMeant ? afterFinishMs : Math.min(idleMs, afterDoubtfulFinishMs)
  }

  #setTo(end: number): void {
    this.#end = end
    if (end >= this.#due) return
    clearTimeout(this.#timer)
    this.#arm()
  }

  #arm(): void {
    this.#due = this.#end
    this.#timer = setTimeout(this.#ring, this.#end - performance.now())
  }

  readonly #ring = (): void => {
    if (this.#end <= performance.now()) this.#late.abort()
    else this.#arm()
  }
}
