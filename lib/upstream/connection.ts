import 'server-only'
import type { Problem, Usage } from '@/lib/protocol/events'

/** How a model is asked, where it was seen to refuse the usual way. */
export interface Adaptation {
  /** Fields of the request that are left out. */
  without: string[]
  /** The name that it knows the limit of an answer by. */
  lengthName: 'max_tokens' | 'max_completion_tokens'
  /** Null is as the request says. */
  stream: boolean | null
  /** Whether it takes instructions in a message of their own; else they are joined to the first prompt. */
  systemRole: boolean
}

/** What was learnt of the models of one provider, by name, and when, in epoch milliseconds. */
export type Capabilities = ReadonlyMap<string, Adaptation & { learnedAt: number }>

/** Of a provider of which nothing was learnt yet. */
export const untried: Capabilities = new Map()

/** All that is needed to call one provider. Holds a key: it never leaves the server and is never logged. */
export interface Connection {
  providerId: string
  name: string
  /** Up to and including the version segment, e.g. `https://api.openai.com/v1`. */
  baseUrl: string
  apiKey: string | null
  headers: Record<string, string>
  /** A person gave the address: where others can reach Rill, it is dialled only if it is public. */
  guarded: boolean
  /** Its address and key come from the environment: only the operator can change them. */
  setByOperator?: boolean
  /** It runs on this machine: no proxy leads to it. */
  local?: boolean
  /** What was learnt of its models. */
  capabilities: Capabilities
  /** How long its models may be silent, where it differs from the server's own limits. */
  patience?: Patience
  /** Called when a model turns out to take another request than the usual one. */
  remember(model: string, adaptation: Adaptation): void
  /** Answers in place of the network: the demo model. */
  fetch?: typeof globalThis.fetch
}

/** In milliseconds; null is the server's own limit. */
export interface Patience {
  firstTokenTimeoutMs: number | null
  idleTimeoutMs: number | null
}

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
  /** Some servers want the answer that they are to go on with marked so. */
  prefix?: true
}

export interface CompletionRequest {
  model: string
  messages: ChatMessage[]
  /** Without it, the answer is asked for whole and arrives as one delta. */
  stream: boolean
  temperature?: number
  maxTokens?: number
  /** The beginning of the answer, which is there already: only what follows it is asked for. */
  partial?: string
  /** Fields of some servers' own. */
  extra?: Record<string, boolean>
}

/** Receives an answer as it arrives: once per network read, or report of usage, and not once per token. */
export interface CompletionSink {
  text(text: string): void
  reasoning(text: string): void
  usage(usage: Usage): void
  /** All text so far was reasoning. */
  reclassify?(): void
  /** The answer is written: only its usage may still come, unless more text does. */
  finished?(): void
  /** Text that was written and is left out, since it repeats what is there. */
  repeated?(text: string): void
  /** Asked after each read: true to leave what comes where it is until `resume` is called. */
  hold?(resume: () => void): boolean
}

/** How an answer ended. Text that came before a problem has already gone to the sink, and stays. */
export interface CompletionEnd {
  finishReason: string | null
  problem: Problem | null
  /** An error that followed a complete text: worth a line in the log, and no reason to doubt the text. */
  errorAfterEnd?: Problem
  /** There when nothing has come and the problem may pass. `afterMs` is how long the server asks to wait, if it does. */
  again?: {
    afterMs: number | null
    /** The model is being loaded: worth waiting for as long as for its first word. */
    loading?: true
  }
  /** What of the request was asked otherwise, because the model does not take it: `stream`, `system`, `temperature`. */
  differences?: string[]
}

/** A problem, and what its refusal says of another try. What is of the refusal stays on the server. */
export interface UpstreamProblem extends Problem {
  refusal?: {
    /** What the refusal means as an HTTP status, where that is another than the response's. */
    status: number | undefined
    /** How long the body asks to wait, in milliseconds. */
    waitMs: number | null
    loading: boolean
  }
}
