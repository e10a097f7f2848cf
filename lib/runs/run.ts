import 'server-only'
import type { Allowance } from '@/lib/billing/allowance'
import { billOf, billUncounted, type Charge } from '@/lib/billing/charge'
import { Meter } from '@/lib/billing/meter'
import { config } from '@/lib/config'
import type { Bill } from '@/lib/database/generations'
import { type EventIndex, indexEntryOf } from '@/lib/event-log/event-index'
import type { EventLog } from '@/lib/event-log/event-log'
import { log } from '@/lib/log'
import type { EndStatus, GenerationEvent, LogEvent, Problem, StartData, Usage } from '@/lib/protocol/events'
import { continuing, type Folded, foldEvent, type Part } from '@/lib/protocol/messages'
import type { CompletionEnd, CompletionRequest, Connection } from '@/lib/upstream/connection'
import { completeOrContinue } from '@/lib/upstream/continuation'
import { clocksFor } from '@/lib/upstream/time-limits'
import { Arrivals } from './delta-buffer'
import type { createPace } from './flush-scheduler'
import type { Observer } from './observer'

/** What a run begins with. */
export interface Starting {
  start: StartData
  /** What the message holds already. */
  before: Part[]
  connection: Connection
  request: CompletionRequest
  charge: Charge
}

/** What a run needs of the rooms around it. */
export interface RunHouse {
  log: EventLog
  pace: ReturnType<typeof createPace>
  checkpoints: { grown(run: Run): void; ended(run: Run): Promise<boolean> }
  /** Whether a conversation has been deleted, by whichever instance. */
  isDeleted(conversationId: string): Promise<boolean>
}

/** Events that are not saved yet; `firstSeq` is the first one's. */
export interface Unsaved {
  firstSeq: number
  events: GenerationEvent[]
}

const ownFault: Problem = {
  kind: 'internal',
  message: 'Something went wrong in Rill while it was reading this reply. The server log has the details. Try again.',
  retryable: true,
}

/** Why a run is cut before the upstream ends it. The words of a budget take a look at the database. */
type Cut = { status: 'stopped' } | { status: 'interrupted'; problem: Problem | (() => Promise<Problem>) }

/**
 * One running generation: takes what the upstream sends, joins it, appends it to the log and hands it to the
 * checkpoints. It belongs to the process, not to a request: readers come and go.
 */
export class Run {
  readonly start: StartData
  /** Settles when the end is saved, or could not be for now. It never rejects. */
  readonly ended: Promise<void>
  /** What the message comes to so far: what was there before, and the log. */
  folded: Folded
  firstTokenAt: number | null = null
  endedAt: number | null = null
  /** The `seq` of the last event in the log. */
  seq = 0
  /** Another instance has ended it: what the database has is what became of it. */
  lost = false
  /** What it came to, once it has ended. */
  bill: Bill | null = null

  readonly #house: RunHouse
  readonly #charge: Charge
  readonly #meter: Meter
  readonly #observer: Observer
  readonly #abort = new AbortController()
  readonly #startedAt = Date.now()
  readonly #outline: EventIndex = []
  /** What is yet to be told. */
  readonly #arrivals: Arrivals
  #unsaved: GenerationEvent[] = []
  #cut: Cut | null = null
  #resume: (() => void) | null = null
  #endWait: (() => void) | null = null
  /** The upstream writes no more: nothing is left to be cut. */
  #written = false
  /** It waits to ask the upstream again. */
  #waiting = false

  constructor({ start, before, connection, request, charge }: Starting, observer: Observer, house: RunHouse) {
    this.start = start
    this.#observer = observer
    this.#charge = charge
    this.#meter = new Meter(charge.metered)
    if (charge.allowance) void this.#meter.prepare().catch(() => undefined)
    this.folded = continuing(before)
    this.#house = house
    this.#append({ type: 'start', data: start })
    this.#arrivals = new Arrivals(this.#startedAt, this.folded.parts)
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

  /** Asks the upstream again at once, if the run waits to do so. */
  retryNow(): void {
    this.#endWait?.()
  }

  /** Appends what has arrived since the last flush as one event. It never throws: a run that cannot go on ends itself. */
  flush(): void {
    try {
      this.#flush()
    } catch (error) {
      this.#fail('couldn’t flush what had arrived', error)
    }
  }

  /** The events since the last save, for the checkpoint writer. They stay here until it says that they are saved. */
  get unsaved(): Unsaved {
    return { firstSeq: this.seq - this.#unsaved.length + 1, events: [...this.#unsaved] }
  }

  /** How many events are not saved yet. */
  get unsavedCount(): number {
    return this.#unsaved.length
  }

  /** Forgets the oldest unsaved events: they are saved, or nobody's to save any more. */
  forgetUnsaved(count: number): void {
    this.#unsaved.splice(0, count)
  }

  /** The whole log's outline, to be stored at the end. */
  get outline(): EventIndex {
    return this.#outline
  }

  /** Nothing more will be told or cut. */
  get #isOver(): boolean {
    return this.#written || this.#cut !== null
  }

  #flush(): void {
    const resume = this.#resume
    this.#resume = null
    resume?.()
    if (this.#arrivals.isEmpty) return
    const usage = this.#dueUsage()
    this.#append(...this.#arrivals.take(), ...(usage ? [{ type: 'usage' as const, data: usage }] : []))
    const { allowance } = this.#charge
    if (allowance && !this.#isOver && !allowance.covers(this.#meter)) void this.#keepWithin(allowance)
  }

  /** What has been used, from time to time. It travels with the text that it counts. */
  #dueUsage(): Usage | null {
    return this.#isOver || this.#house.pace.overloaded ? null : this.#meter.due(performance.now())
  }

  /** Stops the upstream when a budget is used up. */
  async #keepWithin(allowance: Allowance): Promise<void> {
    try {
      const allowed = await allowance.allows(this.#meter)
      if (!allowed && !this.#written) void this.#cutOff({ status: 'interrupted', problem: () => allowance.reached() })
    } catch (error) {
      // What cannot be counted is not known to be within the budget.
      this.#fail('couldn’t check the budget of a reply', error)
    }
  }

  /** Ends the run because Rill itself failed at it. */
  #fail(what: string, error: unknown): void {
    log().error({ generationId: this.start.generationId, error }, what)
    void this.#cutOff({ status: 'interrupted', problem: ownFault })
  }

  /** Takes a step of the ending: a failure is logged, and the steps after it are taken. */
  #safely(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      log().error({ generationId: this.start.generationId, error }, `${what} failed as a generation ended`)
    }
  }

  #cutOff(cut: Cut): Promise<void> {
    this.#cut ??= cut
    this.#abort.abort()
    return this.ended
  }

  /**
   * From the first request to the last event. Each step of the ending is on its own: whatever fails, the steps after it
   * are taken, and the status is told and saved, once.
   */
  async #run(connection: Connection, request: CompletionRequest): Promise<void> {
    const end = await this.#askUnlessCut(connection, request).catch((error: unknown): CompletionEnd => {
      log().error({ generationId: this.start.generationId, error }, 'a completion threw')
      return { finishReason: null, problem: ownFault }
    })
    this.#written = true
    if (end.errorAfterEnd) {
      const { kind, upstreamStatus, requestId } = end.errorAfterEnd
      const { generationId } = this.start
      log().warn({ generationId, kind, upstreamStatus, requestId }, 'a provider sent an error after a complete reply')
    }
    this.#arrivals.endThought(Date.now())
    this.#safely('the last flush', () => this.#house.pace.now(this))
    this.endedAt = Date.now()
    const cut = this.#cut
    const { status, problem } = await this.#ending(end, cut)
    await this.#settle(end, cut !== null)
    if (problem) this.#safely('the log', () => this.#append({ type: 'error', data: problem }))
    const finishReason = cut ? undefined : (end.finishReason ?? undefined)
    // The status tells readers that all is saved, so it is built here and told once the save has been tried.
    const { attempts } = this.#meter
    const { differences } = end
    const last = this.#keep({ type: 'status', data: { status, finishReason, attempts, differences } })
    const own = await this.#house.checkpoints.ended(this)
    this.lost = !own
    const told: LogEvent = own ? last : { seq: last.seq, type: 'status', data: { status: 'interrupted' } }
    this.#safely('the log', () => this.#house.log.append(this.start.generationId, told))
    this.#observer.end({
      status,
      problem,
      folded: this.folded,
      events: this.seq,
      startedAt: this.#startedAt,
      firstTokenAt: this.firstTokenAt,
      endedAt: this.endedAt,
    })
  }

  /** The upstream is asked, and so costs something, only when the generation is still wanted. */
  async #askUnlessCut(connection: Connection, request: CompletionRequest): Promise<CompletionEnd> {
    const { generationId, conversationId } = this.start
    // It may have been deleted since the start was committed. Where that cannot be told, the checkpoints will see it.
    const deleted = await this.#house.isDeleted(conversationId).catch((error: unknown) => {
      log().warn({ generationId, error }, 'couldn’t look up whether a conversation was deleted')
      return false
    })
    if (deleted) void this.stop()
    return this.#cut ? { finishReason: null, problem: null } : await this.#complete(connection, request)
  }

  /** Tells what the generation used, and works out what it costs. */
  async #settle(end: CompletionEnd, cut: boolean): Promise<void> {
    const nothingCame = end.problem !== null && end.problem.kind !== 'timeout'
    const refused = this.#waiting || (!cut && nothingCame)
    try {
      const usage = await this.#meter.total({ cut: cut || end.problem !== null, refused })
      if (usage) this.#append({ type: 'usage', data: usage })
      this.bill = billOf(this.#charge, usage, this.#meter.attempts)
    } catch (error) {
      log().error({ generationId: this.start.generationId, error }, 'couldn’t count the usage')
      this.bill = billUncounted(this.#charge, this.#meter.attempts)
    }
  }

  #complete(connection: Connection, request: CompletionRequest): Promise<CompletionEnd> {
    const { clocks, retries } = config()
    return completeOrContinue(connection, request, this.#sink(), this.#abort.signal, {
      clocks: clocksFor({ ...connection, model: request.model }, clocks),
      limits: retries,
      onAttempt: (attempt) => {
        this.#meter.attempt()
        this.#waiting = false
        this.#written = false
        return this.#observer.attempt(attempt)
      },
      onInWords: (messages) => this.#meter.asksInstead(messages),
      onWait: (retry, endNow) => {
        this.#waiting = true
        this.#append({ type: 'retry', data: retry })
        this.#observer.waits(retry)
        this.#endWait = endNow
      },
    })
  }

  #sink() {
    const arrived = (type: 'delta' | 'reasoning', text: string) => {
      if (text === '') return
      this.#meter.add(type, text)
      // A finish that more text follows was none.
      this.#written = false
      if (this.#cut) return
      const now = Date.now()
      this.firstTokenAt ??= now
      this.#arrivals.add(type, text, now)
      this.#house.pace.request(this)
    }
    return {
      text: (text: string) => arrived('delta', text),
      reasoning: (text: string) => arrived('reasoning', text),
      usage: (usage: Usage) => this.#meter.report(usage),
      reclassify: () => {
        this.#meter.reclassify()
        if (this.#cut) return
        this.#arrivals.reclassify()
        this.#house.pace.request(this)
      },
      finished: () => {
        this.#written = true
      },
      repeated: (text: string) => this.#meter.add('delta', text),
      // A process that cannot keep up reads once for each time that it tells, and leaves the rest to the system.
      hold: (resume: () => void) => {
        if (!this.#house.pace.overloaded || this.#arrivals.isEmpty) return false
        this.#resume = resume
        return true
      },
    }
  }

  async #ending(end: CompletionEnd, cut: Cut | null): Promise<{ status: EndStatus; problem: Problem | null }> {
    if (cut?.status === 'stopped') return { status: 'stopped', problem: this.#waitedFor() }
    if (cut) return { status: cut.status, problem: await this.#problemOf(cut) }
    if (!end.problem) return { status: 'completed', problem: null }
    return { status: this.folded.parts.length > 0 ? 'interrupted' : 'failed', problem: end.problem }
  }

  /** Why the attempt failed whose successor was waited for; null where nothing was. */
  #waitedFor(): Problem | null {
    const { retry } = this.folded
    return this.#waiting && retry ? { kind: retry.kind, message: `${retry.message}.`, retryable: true } : null
  }

  async #problemOf({ problem }: Extract<Cut, { status: 'interrupted' }>): Promise<Problem> {
    try {
      return typeof problem === 'function' ? await problem() : problem
    } catch (error) {
      log().error({ generationId: this.start.generationId, error }, 'couldn’t look up why a generation was cut')
      return ownFault
    }
  }

  #append(...events: GenerationEvent[]): void {
    this.#house.log.append(this.start.generationId, ...events.map((event) => this.#keep(event)))
    this.#house.checkpoints.grown(this)
  }

  /** Numbers an event and keeps it to be saved. All of it or, when it throws, nothing. */
  #keep(event: GenerationEvent): LogEvent {
    const folded = foldEvent(this.folded, event)
    const entry = indexEntryOf(event)
    this.seq++
    this.folded = folded
    this.#outline.push(entry)
    this.#unsaved.push(event)
    return { seq: this.seq, ...event }
  }
}
