import type { ServerResponse } from 'node:http'
import type { GenerationEvent } from '@/lib/protocol/events'

/** The events of a reply with these texts. */
export const says = (...texts: string[]) => texts.map((text): GenerationEvent => ({ type: 'delta', data: { text } }))

export const done: GenerationEvent = { type: 'status', data: { status: 'completed' } }

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

export function refuse(response: ServerResponse, status: number, kind: string, message: string, field?: string): void {
  json(response, status, { error: { kind, message, field, retryable: false } })
}
