import 'server-only'
import { Meter } from '@/lib/billing/meter'
import type { Reservation } from '@/lib/billing/reservation'
import { config } from '@/lib/config'
import type { Bill } from '@/lib/database/generations/checkpoints'
import { type EventIndex, indexEntryOf } from '@/lib/event-log/event-index'
import { log } from '@/lib/log'
import type { GenerationEvent, LogEvent, Problem, StartData, Usage } from '@/lib/protocol/events'
import { continuing, type Folded, foldEvent } from '@/lib/protocol/messages'
import type { CompletionEnd, CompletionRequest, Connection } from '@/lib/upstream/connection'
import { completeOrContinue } from '@/lib/upstream/continuation'
import { timeoutsFor } from '@/lib/upstream/timeouts'
import type { CheckpointHandle } from './checkpoints/checkpoints'
import { DeltaBuffer } from './delta-buffer'
import { type Cut, endedElsewhere, endingOf, ownFault } from './ending'
import type { Observer } from './observer'
import type { RunDependencies, RunStart } from './run-dependencies'

/**
 * One running generation: reads the upstream, buffers deltas, appends events to the log, and saves them. It belongs to the
 * process, not to a request: readers come and go.
 */
export class Run {
  readonly start: StartData
  /** Settles when the end is saved, or couldn't be for now. Never rejects. */
  readonly ended: Promise<void>
  /** The message so far: what it held before, and the log. */
  folded: Folded
  firstTokenAt: number | null = null
  endedAt: number | null = null
  /** The `seq` of the last event in the log. */
  seq = 0
  /** Another instance has ended the generation: the database has how. */
  lost = false

  readonly #dependencies: RunDependencies
  readonly #reservation: Reservation
  readonly #meter: Meter
  readonly #observer: Observer
  readonly #checkpoint: CheckpointHandle
  readonly #abort = new AbortController()
  readonly #startedAt = Date.now()
  readonly #index: EventIndex = []
  readonly #buffer: DeltaBuffer
  #cut: Cut | null = null
  #resume: (() => void) | null = null
  #endWait: (() => void) | null = null
  /** The upstream has finished: there is nothing left to cut. */
  #isWritten = false
  /** Waits to ask the upstream again. */
  #isWaiting = false

  constructor(begun: RunStart, observer: Observer, dependencies: RunDependencies) {
    const { start, before, connection, request, metered, reservation } = begun
    this.start = start
    this.#observer = observer
    this.#reservation = reservation
    this.#dependencies = dependencies
    this.#meter = new Meter(metered)
    if (reservation.isLimited) void this.#meter.prepare().catch(() => undefined)
    this.folded = continuing(before)
    this.#checkpoint = dependencies.checkpoints.open(start, (loss) => {
      if (loss === 'deleted') void this.stop()
      else void this.interrupt(endedElsewhere)
    })
    this.#append({ type: 'start', data: start })
    this.#buffer = new DeltaBuffer(this.#startedAt, this.folded.parts)
    this.ended = this.#run(connection, request)
  }

  /** Ends the run as `stopped` and closes the upstream; settles when that is saved. The first cut wins. */
  stop(): Promise<void> {
    return this.#cutOff({ status: 'stopped' })
  }

  /** Ends the run as `interrupted` for a reason of our own; settles when that is saved. */
  interrupt(problem: Problem): Promise<void> {
    return this.#cutOff({ status: 'interrupted', problem })
  }

  /** Ends the wait for the next attempt, if there is one. */
  retryNow(): void {
    this.#endWait?.()
  }

  /** Appends the buffered deltas. Never throws: a run that can't go on ends itself. */
  flush(): void {
    try {
      this.#flush()
    } catch (error) {
      this.#fail('couldn’t flush what had arrived', error)
    }
  }

  #flush(): void {
    const resume = this.#resume
    this.#resume = null
    resume?.()
    if (this.#buffer.isEmpty) return
    const usage = this.#dueUsage()
    this.#append(...this.#buffer.drain(), ...(usage ? [{ type: 'usage' as const, data: usage }] : []))
    if (!this.#isOver && !this.#reservation.covers(this.#meter)) void this.#extendReservation()
  }

  /** No more events are wanted. */
  get #isOver(): boolean {
    return this.#isWritten || this.#cut !== null
  }

  /** The usage so far, from time to time. It travels with the text that it counts. */
  #dueUsage(): Usage | null {
    return this.#isOver || this.#dependencies.flushScheduler.overloaded ? null : this.#meter.due(performance.now())
  }

  /** Cuts the run when a budget is used up. */
  async #extendReservation(): Promise<void> {
    try {
      const isExtended = await this.#reservation.extend(this.#meter)
      if (!isExtended && !this.#isWritten)
        void this.#cutOff({ status: 'interrupted', problem: () => this.#reservation.reached() })
    } catch (error) {
      // Usage that can't be counted isn't known to be within the budget.
      this.#fail('couldn’t check the budget of a reply', error)
    }
  }

  /** Ends the run because of a fault of our own. */
  #fail(what: string, error: unknown): void {
    log().error({ generationId: this.start.generationId, error }, what)
    void this.#cutOff({ status: 'interrupted', problem: ownFault })
  }

  #cutOff(cut: Cut): Promise<void> {
    this.#cut ??= cut
    this.#abort.abort()
    return this.ended
  }

  async #run(connection: Connection, request: CompletionRequest): Promise<void> {
    const end = await this.#askUnlessCut(connection, request).catch((error: unknown): CompletionEnd => {
      log().error({ generationId: this.start.generationId, error }, 'a completion threw')
      return { finishReason: null, problem: ownFault }
    })
    this.#isWritten = true
    if (end.errorAfterEnd) this.#logErrorAfterEnd(end.errorAfterEnd)
    await this.#end(end)
  }

  /** Asks the upstream, which costs something, only if the generation is still wanted. */
  async #askUnlessCut(connection: Connection, request: CompletionRequest): Promise<CompletionEnd> {
    const { generationId, conversationId } = this.start
    // The conversation may have been deleted since the start was committed. If this can't be looked up, a checkpoint will.
    const isDeleted = await this.#dependencies.isDeleted(conversationId).catch((error: unknown) => {
      log().warn({ generationId, error }, 'couldn’t look up whether a conversation was deleted')
      return false
    })
    if (isDeleted) void this.stop()
    return this.#cut ? { finishReason: null, problem: null } : await this.#complete(connection, request)
  }

  #complete(connection: Connection, request: CompletionRequest): Promise<CompletionEnd> {
    const { timeouts, retries } = config()
    return completeOrContinue(connection, request, this.#sink(), this.#abort.signal, {
      timeouts: timeoutsFor({ ...connection, model: request.model }, timeouts),
      limits: retries,
      onAttempt: (attempt) => {
        this.#meter.attempt()
        this.#isWaiting = false
        this.#isWritten = false
        return this.#observer.attempt(attempt)
      },
      onPromptedContinuation: (messages) => this.#meter.replacePrompt(messages),
      onWait: (retry, endNow) => {
        this.#isWaiting = true
        this.#append({ type: 'retry', data: retry })
        this.#observer.waits(retry)
        this.#endWait = endNow
      },
    })
  }

  #sink() {
    const { flushScheduler } = this.#dependencies
    const receive = (type: 'delta' | 'reasoning', text: string) => {
      if (text === '') return
      this.#meter.add(type, text)
      // Text after a finish: it wasn't the end.
      this.#isWritten = false
      if (this.#cut) return
      const now = Date.now()
      this.firstTokenAt ??= now
      this.#buffer.add(type, text, now)
      flushScheduler.request(this)
    }
    return {
      text: (text: string) => receive('delta', text),
      reasoning: (text: string) => receive('reasoning', text),
      usage: (usage: Usage) => this.#meter.report(usage),
      reclassify: () => {
        this.#meter.reclassify()
        if (this.#cut) return
        this.#buffer.reclassify()
        flushScheduler.request(this)
      },
      finished: () => {
        this.#isWritten = true
      },
      repeated: (text: string) => this.#meter.add('delta', text),
      // An overloaded process reads the socket once per flush, and leaves the rest to the system's buffers.
      hold: (resume: () => void) => {
        if (!flushScheduler.overloaded || this.#buffer.isEmpty) return false
        this.#resume = resume
        return true
      },
    }
  }

  /** Each step is on its own: whatever fails, the steps after it run, and the status is saved and announced, once. */
  async #end(end: CompletionEnd): Promise<void> {
    this.#buffer.endThought(Date.now())
    this.#safely('the last flush', () => this.#dependencies.flushScheduler.flushNow(this))
    const endedAt = Date.now()
    this.endedAt = endedAt
    const cut = this.#cut
    const { generationId } = this.start
    const { status, problem } = await endingOf({
      generationId,
      end,
      cut,
      folded: this.folded,
      isWaiting: this.#isWaiting,
    })
    const bill = await this.#bill(end, cut !== null)
    if (problem) this.#safely('the log', () => this.#append({ type: 'error', data: problem }))
    const finishReason = cut ? undefined : (end.finishReason ?? undefined)
    const data = { status, finishReason, attempts: this.#meter.attempts, differences: end.differences }
    // The status tells readers that everything is saved, so it is announced once the save has been tried.
    const last = this.#note({ type: 'status', data })
    const isOwn = await this.#save(bill, endedAt)
    this.lost = !isOwn
    const announced: LogEvent = isOwn ? last : { seq: last.seq, type: 'status', data: { status: 'interrupted' } }
    this.#safely('the log', () => this.#dependencies.log.append(generationId, announced))
    const { folded, seq: events, firstTokenAt } = this
    this.#observer.end({ status, problem, folded, events, startedAt: this.#startedAt, firstTokenAt, endedAt })
  }

  /** Appends the final usage, and works out the bill. */
  async #bill(end: CompletionEnd, isCut: boolean): Promise<Bill> {
    const nothingCame = end.problem !== null && end.problem.kind !== 'timeout'
    const refused = this.#isWaiting || (!isCut && nothingCame)
    const { attempts } = this.#meter
    try {
      const usage = await this.#meter.total({ cut: isCut || end.problem !== null, refused })
      if (usage) this.#append({ type: 'usage', data: usage })
      return usage ? this.#reservation.capture(usage, attempts) : this.#reservation.release(attempts)
    } catch (error) {
      log().error({ generationId: this.start.generationId, error }, 'couldn’t count the usage')
      return this.#reservation.captureAll(attempts)
    }
  }

  #save(bill: Bill, endedAt: number): Promise<boolean> {
    const { start, folded, firstTokenAt } = this
    const { generationId, messageId, conversationId } = start
    const { parts, status, finishReason, usage } = folded
    const ids = { generationId, messageId, conversationId }
    const eventIndex = JSON.stringify(this.#index)
    return this.#checkpoint.end({ ...ids, parts, status, finishReason, usage, bill, eventIndex, firstTokenAt, endedAt })
  }

  #append(...events: GenerationEvent[]): void {
    const noted = events.map((event) => this.#note(event))
    this.#checkpoint.append(events)
    this.#dependencies.log.append(this.start.generationId, ...noted)
  }

  /** Numbers an event and folds it into the message. All of it or, when it throws, nothing. */
  #note(event: GenerationEvent): LogEvent {
    const folded = foldEvent(this.folded, event)
    const entry = indexEntryOf(event)
    this.seq++
    this.folded = folded
    this.#index.push(entry)
    return { seq: this.seq, ...event }
  }

  #logErrorAfterEnd({ kind, upstreamStatus, requestId }: Problem): void {
    const { generationId } = this.start
    log().warn({ generationId, kind, upstreamStatus, requestId }, 'a provider sent an error after a complete reply')
  }

  /** Takes a step of the end. A failure is logged, and the steps after it are taken. */
  #safely(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      log().error({ generationId: this.start.generationId, error }, `${what} failed as a generation ended`)
    }
  }
}
