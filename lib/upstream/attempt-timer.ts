import 'server-only'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import type { ReplyAccumulator } from './reply-accumulator'
import type { Timeouts } from './timeouts'

/** Usage may still follow a finish reason that came by itself; `[DONE]` ends the wait. */
const AFTER_FINISH_MS = 1500
/** After a finish reason that came with text, or a stop before any text: some servers write one on every chunk. */
const AFTER_DOUBTFUL_FINISH_MS = 20_000

/** The timeouts of one attempt, from its request on. A deadline that moves back keeps its timer, which re-arms itself. */
export class AttemptTimer {
  /** Aborts at a timeout. */
  readonly timedOut: AbortSignal
  readonly #controller = new AbortController()
  readonly #timeouts: Timeouts
  #deadline: number
  #firesAt: number
  #timer: NodeJS.Timeout
  /** When the last content came, or the request began. */
  #contentAt = performance.now()
  #contentCount = 0
  #finish: ReplyAccumulator['finish'] = 'none'

  constructor(timeouts: Timeouts) {
    this.timedOut = this.#controller.signal
    this.#timeouts = timeouts
    this.#deadline = this.#firesAt = this.#contentAt + timeouts.firstTokenMs
    this.#timer = setTimeout(this.#onTimer, timeouts.firstTokenMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Moves the deadline after a read that `reply` already holds. */
  onRead(reply: ReplyAccumulator): void {
    const now = performance.now()
    const { contentCount, finish } = reply
    const hasProgressed = contentCount !== this.#contentCount || finish !== this.#finish
    this.#contentCount = contentCount
    this.#finish = finish
    if (hasProgressed) this.#contentAt = now
    if (finish !== 'none') {
      if (hasProgressed) this.#setDeadline(now + this.#afterFinishMs(reply))
    } else if (reply.hasStarted) {
      if (hasProgressed) this.#setDeadline(now + this.#timeouts.idleMs)
    } else {
      const { firstTokenMs, heartbeatMs } = this.#timeouts
      this.#setDeadline(Math.min(now + firstTokenMs, this.#contentAt + Math.max(firstTokenMs, heartbeatMs)))
    }
  }

  #afterFinishMs({ finish, finishReason, contentCount }: ReplyAccumulator): number {
    const { idleMs } = this.#timeouts
    if (finish === 'premature') return idleMs
    const isCredible = contentCount > 0 || finishKindOf(finishReason) !== 'stop'
    return finish === 'alone' && isCredible ? AFTER_FINISH_MS : Math.min(idleMs, AFTER_DOUBTFUL_FINISH_MS)
  }

  #setDeadline(deadline: number): void {
    this.#deadline = deadline
    if (deadline >= this.#firesAt) return
    clearTimeout(this.#timer)
    this.#arm()
  }

  #arm(): void {
    this.#firesAt = this.#deadline
    this.#timer = setTimeout(this.#onTimer, this.#deadline - performance.now())
  }

  readonly #onTimer = (): void => {
    if (this.#deadline <= performance.now()) this.#controller.abort()
    else this.#arm()
  }
}
