import type { ServerResponse } from 'node:http'
import type { EndStatus, GenerationEvent, LogEvent, StartData } from '@/lib/protocol/events'
import { encodeEvent, heartbeat, named } from '@/lib/protocol/sse'

/** One generation's log, and the connections that follow it. */
export class Log {
  readonly events: LogEvent[] = []
  readonly connections = new Set<ServerResponse>()
  /** The cursors of all requests, in order. */
  readonly cursors: number[] = []
  /** The next connections are cut after so many bytes, one entry each. */
  cuts: number[] = []

  constructor(readonly start: StartData) {
    this.append({ type: 'start', data: start })
  }

  append(...events: GenerationEvent[]): void {
    for (const event of events) {
      const entry = { ...event, seq: this.events.length + 1 }
      this.events.push(entry)
      for (const response of this.connections) response.write(this.encoded(entry, response))
    }
    if (this.ended) for (const response of this.connections) this.leave(response)
  }

  say(...texts: string[]): void {
    this.append(...texts.map((text): GenerationEvent => ({ type: 'delta', data: { text } })))
  }

  end(status: EndStatus = 'completed'): void {
    if (!this.ended) this.append({ type: 'status', data: { status } })
  }

  get ended(): boolean {
    return this.events.at(-1)?.type === 'status'
  }

  get status(): string {
    const last = this.events.at(-1)
    return last?.type === 'status' ? last.data.status : 'running'
  }

  get cursor(): number {
    return this.events.length
  }

  cut(): void {
    for (const response of this.connections) response.destroy()
  }

  /** Writes the log to a response, alone or among others. */
  follow(response: ServerResponse, after: number): void {
    this.cursors.push(after)
    if (!response.headersSent) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
      response.write(heartbeat)
    }
    const past = this.ended && after >= this.cursor
    const rest = this.events.filter((event) => event.seq > (past ? this.cursor - 1 : after))
    const bytes = Buffer.from(rest.map((event) => this.encoded(event, response)).join(''))
    const cut = this.cuts.shift()
    if (cut !== undefined) {
      response.write(bytes.subarray(0, cut), () => response.destroy())
      return
    }
    response.write(bytes)
    if (this.ended) {
      this.leave(response)
      return
    }
    this.connections.add(response)
    response.on('close', () => this.connections.delete(response))
  }

  private encoded({ seq, ...event }: LogEvent, response: ServerResponse): string {
    const text = encodeEvent(seq, event)
    if (!shared.has(response)) return text
    return Buffer.concat(named(this.start.generationId, new TextEncoder().encode(text))).toString()
  }

  private leave(response: ServerResponse): void {
    const others = shared.get(response)
    others?.delete(this)
    this.connections.delete(response)
    if (!others || others.size === 0) response.end()
  }
}

/** Responses that carry several logs, and which of them have not ended. */
const shared = new WeakMap<ServerResponse, Set<Log>>()

/** Follows several logs in one response. */
export function followSeveral(response: ServerResponse, cursors: [Log, number][]): void {
  shared.set(response, new Set(cursors.map(([log]) => log)))
  for (const [log, after] of cursors) log.follow(response, after)
}
