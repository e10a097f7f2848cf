import type { Problem, Usage } from '@/lib/protocol/events'
import { complete } from '@/lib/upstream/completion'
import type { Adaptation } from '@/lib/upstream/connection'
import {
  type CompletionEnd,
  type CompletionRequest,
  type CompletionSink,
  type Connection,
  noCapabilities,
} from '@/lib/upstream/connection'
import type { Timeouts } from '@/lib/upstream/timeouts'

/** Everything that one completion brought, in order. */
export interface Received {
  texts: string[]
  reasonings: string[]
  usages: Usage[]
  text: string
  reasoning: string
  remembered: ({ model: string } & Adaptation)[]
  end: CompletionEnd
}

export interface AskOptions {
  connection?: Partial<Connection>
  request?: Partial<CompletionRequest>
  timeouts?: Partial<Timeouts>
  signal?: AbortSignal
  onText?: (text: string) => void
  hold?: CompletionSink['hold']
}

const defaultTimeouts: Timeouts = { firstTokenMs: 5000, idleMs: 5000, heartbeatMs: 5000 }

/** A connection to a server without known capabilities. */
export function connectionTo(baseUrl: string): Connection {
  return {
    providerId: 'provider',
    name: 'Provider',
    baseUrl,
    apiKey: 'sk-a-test-key',
    headers: {},
    guarded: false,
    capabilities: noCapabilities,
    remember() {},
  }
}

/** Requests a completion and collects everything. */
export async function ask(
  baseUrl: string,
  { connection, request, timeouts, signal, onText, hold }: AskOptions = {},
): Promise<Received> {
  const texts: string[] = []
  const reasonings: string[] = []
  const usages: Usage[] = []
  const remembered: Received['remembered'] = []
  const end = await complete(
    {
      ...connectionTo(baseUrl),
      remember: (model, adaptation) => remembered.push({ model, ...adaptation }),
      ...connection,
    },
    { model: 'scripted', messages: [{ role: 'user', content: 'Hello' }], stream: true, ...request },
    {
      text(text) {
        texts.push(text)
        onText?.(text)
      },
      reasoning: (text) => reasonings.push(text),
      usage: (usage) => usages.push(usage),
      hold,
    },
    signal ?? new AbortController().signal,
    { ...defaultTimeouts, ...timeouts },
  )
  return { texts, reasonings, usages, remembered, text: texts.join(''), reasoning: reasonings.join(''), end }
}

/** The problem of an end. @throws {Error} when there is none. */
export function problemOf(received: { end: CompletionEnd }): Problem {
  const { problem } = received.end
  if (problem === null) throw new Error(`There is no problem; the reply ended with ${received.end.finishReason}`)
  return problem
}
