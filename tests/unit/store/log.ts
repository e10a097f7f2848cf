import type { ServerResponse } from 'node:http'
import type { GenerationEvent, LogEvent, StartData } from '@/lib/protocol/events'
import { encodeEvent, heartbeat } from '@/lib/protocol/sse'

/** One generation's log, and the connections that follow it. */
export class Log {
  readonly events: LogEvent[] = []
  readonly connections = new Set<ServerResponse>()
  /** The cursors that connections asked for, in order. */
  readonly cursors: number[] = []
  /** After so many bytes the next connections are cut, one entry each. */
  cuts: number[] = []

  constructor(readonly start: StartData) {
    this.append({ type: 'start', data: start })
  }

  append(...events: GenerationEvent[]): void {
    for (const event of events) {
      const entry = { ...event, seq: this.events.length + 1 }
      this.events.push(entry)
      for (const response of this.connections) response.write(encodeEvent(entry.seq, event))
    }
    if (this.ended) for (const response of this.connections) response.end()
  }

  say(...texts: string[]): void {
    this.append(...texts.map((text): GenerationEvent => ({ type: 'delta', data: { text } })))
  }

  end(status: 'completed' | 'stopped' = 'completed'): void {
    if (!this.ended) this.append({ type: 'status', data: { status } })
  }

  get ended(): boolean {
    return this.events.at(-1)?.type === 'status'
  }

  get cursor(): number {
    return this.events.length
  }

  cut(): void {
    for (const response of this.connections) response.destroy()
  }

  follow(response: ServerResponse, after: number): void {
    this.cursors.push(after)
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    const rest = this.events.filter((event) => event.seq > after)
    const bytes = Buffer.from(heartbeat + rest.map((event) => encodeEvent(event.seq, event)).join(''))
    const cut = this.cuts.shift()
    if (cut !== undefined) {
      response.write(bytes.subarray(0, cut), () => response.destroy())
      return
    }
    response.write(bytes)
    if (this.ended) {
      response.end()
      return
    }
    this.connections.add(response)
    response.on('close', () => this.connections.delete(response))
  }
}
