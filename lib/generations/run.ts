import 'server-only'
import { config } from '@/lib/config'
import type { Bill } from '@/lib/database/generations'
import { log } from '@/lib/log'
import { countEnd, metrics } from '@/lib/metrics'
import type { EndStatus, GenerationEvent, LogEvent, Problem, StartData, Usage } from '@/lib/protocol/events'
import { continuing, type Folded, foldEvent, hasThoughts, type Part } from '@/lib/protocol/messages'
import { tokensPerSecond } from '@/lib/protocol/speed'
import { type GenerationTrace, tracing } from '@/lib/tracing/tracing'
import type { CompletionEnd, CompletionRequest, Connection } from '@/lib/upstream/connection'
import { completeOrContinue } from '@/lib/upstream/continuation'
import { clocksFor } from '@/lib/upstream/time-limits'
import type { Allowance } from '@/lib/usage/allowance'
import { Meter } from '@/lib/usage/meter'
import { Arrivals } from './arrivals'
import { billOf, type Charge } from './charge'
import type { EventLog } from './log'
import { type LogOutline, outlineOf } from './outline'
import type { createPace } from './pace'

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
}

const ownFault: Problem = {
  kind: 'internal',
  message: 'Rill itself failed while it read this answer. The cause is in the server log. Try again.',
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
  /** Settles when the end is saved. */
  readonly ended: Promise<void>
  /** What the message comes to so far: what was there before, and the log. */
  folded: Folded
  firstTokenAt: number | null = null
  endedAt: number | null = null
  /** The `seq` of the last event in the log. */
  seq = 0
  /** What it came to, once it has ended. */
  bill: Bill | null = null

  readonly #house: RunHouse
  readonly #charge: Charge
  readonly #meter: Meter
  readonly #trace: GenerationTrace | undefined
  readonly #abort = new AbortController()
  readonly #startedAt = Date.now()
  readonly #outline: LogOutline = []
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

  constructor({ start, before, connection, request, charge }: Starting, house: RunHouse) {
    this.start = start
    this.#charge = charge
    this.#meter = new Meter(charge.metered)
    if (charge.allowance) void this.#meter.prepare().catch(() => undefined)
    this.folded = continuing(before)
    this.#house = house
    this.#trace = tracing()?.generation(start, connection, request)
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

  /** Appends what has arrived since the last flush as one event. */
  flush(): void {
    const resume = this.#resume
    this.#resume = null
    resume?.()
    if (this.#arrivals.isEmpty) return
    const usage = this.#dueUsage()
    this.#append(...this.#arrivals.take(), ...(usage ? [{ type: 'usage' as const, data: usage }] : []))
    const { allowance } = this.#charge
    if (allowance && !this.#isOver && !allowance.covers(this.#meter)) void this.#keepWithin(allowance)
  }

  /** The events since the last save, for the checkpoint writer. `firstSeq` is the first one's. */
  takeUnsaved(): { firstSeq: number; events: GenerationEvent[] } {
    const events = this.#unsaved
    this.#unsaved = []
    return { firstSeq: this.seq - events.length + 1, events }
  }

  /** Puts events back that could not be saved. */
  returnUnsaved(events: GenerationEvent[]): void {
    this.#unsaved = [...events, ...this.#unsaved]
  }

  /** The whole log's outline, to be stored at the end. */
  get outline(): LogOutline {
    return this.#outline
  }

  /** Nothing more will be told or cut. */
  get #isOver(): boolean {
    return this.#written || this.#cut !== null
  }

  /** What has been used, from time to time. It travels with the text that it counts. */
  #dueUsage(): Usage | null {
    return this.#isOver || this.#house.pace.overloaded ? null : this.#meter.due(performance.now())
  }

  /** Stops the upstream when a budget is used up. */
  async #keepWithin(allowance: Allowance): Promise<void> {
    const allowed = await allowance.allows(this.#meter)
    if (!allowed && !this.#written) void this.#cutOff({ status: 'interrupted', problem: () => allowance.reached() })
  }

  #cutOff(cut: Cut): Promise<void> {
    this.#cut ??= cut
    this.#abort.abort()
    return this.ended
  }

  async #run(connection: Connection, request: CompletionRequest): Promise<void> {
    const end = await this.#complete(connection, request).catch((error: unknown): CompletionEnd => {
      log().error({ generationId: this.start.generationId, error }, 'a completion threw')
      return { finishReason: null, problem: ownFault }
    })
    this.#written = true
    this.#arrivals.endThought(Date.now())
    this.#house.pace.now(this)
    this.endedAt = Date.now()
    const cut = this.#cut
    const { status, problem } = await this.#ending(end, cut)
    await this.#settle(end, cut !== null)
    if (problem) this.#append({ type: 'error', data: problem })
    const finishReason = cut ? undefined : (end.finishReason ?? undefined)
    // The status tells readers that all is saved, so it is built here and told once the save has been tried.
    const { attempts } = this.#meter
    const { differences } = end
    const last = this.#keep({ type: 'status', data: { status, finishReason, attempts, differences } })
    const own = await this.#house.checkpoints.ended(this)
    const told: LogEvent = { seq: last.seq, type: 'status', data: { status: 'interrupted' } }
    this.#house.log.append(this.start.generationId, own ? last : told)
    this.#report(connection, status, problem)
    const ended = {
      status,
      kind: problem?.kind,
      startedAt: this.#startedAt,
      firstTokenAt: this.firstTokenAt,
      speed: this.#speed(),
    }
    countEnd(ended)
    this.#trace?.end(ended, this.folded.usage)
  }

  /** In tokens a second; null where there is none to be seen. */
  #speed(): number | null {
    const { parts, usage } = this.folded
    if (!usage || this.firstTokenAt === null || this.endedAt === null) return null
    return tokensPerSecond(usage, this.endedAt - this.firstTokenAt, hasThoughts(parts))
  }

  /** Tells what the generation used, and works out what it costs. */
  async #settle(end: CompletionEnd, cut: boolean): Promise<void> {
    const nothingCame = end.problem !== null && end.problem.kind !== 'timeout'
    const refused = this.#waiting || (!cut && nothingCame)
    const usage = await this.#meter.total({ cut: cut || end.problem !== null, refused }).catch((error: unknown) => {
      log().error({ generationId: this.start.generationId, error }, 'the usage could not be counted')
      return null
    })
    if (usage) this.#append({ type: 'usage', data: usage })
    this.bill = billOf(this.#charge, usage, this.#meter.attempts)
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
        return this.#trace?.attempt(attempt)
      },
      onInWords: (messages) => this.#meter.asksInstead(messages),
      onWait: (retry, endNow) => {
        this.#waiting = true
        this.#append({ type: 'retry', data: retry })
        metrics().retries.inc({ kind: retry.kind })
        this.#trace?.waits(retry)
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
    if (cut?.status === 'stopped') return { status: 'stopped', problem: null }
    if (cut) return { ...cut, problem: typeof cut.problem === 'function' ? await cut.problem() : cut.problem }
    if (!end.problem) return { status: 'completed', problem: null }
    return { status: this.folded.parts.length > 0 ? 'interrupted' : 'failed', problem: end.problem }
  }

  #append(...events: GenerationEvent[]): void {
    this.#house.log.append(this.start.generationId, ...events.map((event) => this.#keep(event)))
    this.#house.checkpoints.grown(this)
  }

  #keep(event: GenerationEvent): LogEvent {
    this.seq++
    this.folded = foldEvent(this.folded, event)
    this.#outline.push(outlineOf(event))
    this.#unsaved.push(event)
    return { seq: this.seq, ...event }
  }

  #report(connection: Connection, status: EndStatus, problem: Problem | null): void {
    const { generationId, model } = this.start
    log().info({
      generationId,
      provider: connection.providerId,
      model,
      status,
      kind: problem?.kind,
      upstreamStatus: problem?.upstreamStatus,
      requestId: problem?.requestId,
      events: this.seq,
    })
  }
}
