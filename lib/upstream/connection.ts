import 'server-only'
import type { Problem, Usage } from '@/lib/protocol/events'

/** How to form requests for a model that rejected the default form. */
export interface Adaptation {
  /** Request fields to omit. */
  without: string[]
  /** Its name for the limit of reply tokens. */
  lengthName: 'max_tokens' | 'max_completion_tokens'
  /** Null leaves it to the request. */
  stream: boolean | null
  /** Whether it accepts system messages; if not, instructions are prepended to the first prompt. */
  systemRole: boolean
}

/** What has been learned about one provider's models, by name, and when, in epoch milliseconds. */
export type Capabilities = ReadonlyMap<string, Adaptation & { learnedAt: number }>

/** For a provider about which nothing has been learned. */
export const noCapabilities: Capabilities = new Map()

/** Everything needed to call one provider. Holds a key: never send it to a browser, never log it. */
export interface Connection {
  providerId: string
  name: string
  /** Up to and including the version segment, e.g. `https://api.openai.com/v1`. */
  baseUrl: string
  apiKey: string | null
  headers: Record<string, string>
  /** A person entered the address: on a server that others can reach, only public addresses are dialed. */
  guarded: boolean
  /** Address and key come from the environment; only the operator can change them. */
  setByOperator?: boolean
  /** It runs on this machine, so no proxy is used. */
  local?: boolean
  /** What has been learned about its models. */
  capabilities: Capabilities
  /** Timeouts that replace the server's own. */
  timeoutOverrides?: TimeoutOverrides
  /** Stores the form of requests that a model turned out to need. */
  remember(model: string, adaptation: Adaptation): void
  /** Replaces the network, for the demo model. */
  fetch?: typeof globalThis.fetch
}

/** Null keeps the server's own timeout. */
export interface TimeoutOverrides {
  firstTokenTimeoutMs: number | null
  idleTimeoutMs: number | null
}

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
  /** Marks a reply to be continued, for servers that require it. */
  prefix?: true
}

export interface CompletionRequest {
  model: string
  messages: ChatMessage[]
  /** Without it, the reply is requested whole and arrives as one delta. */
  stream: boolean
  temperature?: number
  maxTokens?: number
  /** The start of the reply, which exists already: only its continuation is requested. */
  partial?: string
  /** Server-specific fields. */
  extra?: Record<string, boolean>
}

/** Receives a reply as it arrives: once per network read or usage report, not once per token. */
export interface CompletionSink {
  text(text: string): void
  reasoning(text: string): void
  usage(usage: Usage): void
  /** All text so far turned out to be reasoning. */
  reclassify?(): void
  /** The reply's finish reason arrived: usually, only usage still follows. */
  finished?(): void
  /** Generated text that is dropped because it repeats the end of the partial reply. */
  repeated?(text: string): void
  /** Called after each read; return true to pause reading until `resume` is called. */
  hold?(resume: () => void): boolean
}

/** How a reply ended. Text that arrived before a problem has gone to the sink and stays. */
export interface CompletionEnd {
  finishReason: string | null
  problem: Problem | null
  /** An error that followed a complete reply: logged only. */
  errorAfterEnd?: Problem
  /** Set when nothing has arrived and a retry may succeed. `afterMs` is how long the server asks to wait, if it says. */
  retry?: {
    afterMs: number | null
    /** The model is loading: retried for as long as the first-token timeout allows. */
    loading?: true
  }
  /** What the request had to change for the model: `stream`, `system`, `temperature`. */
  differences?: string[]
}

/** A problem with what its error says about retrying, which stays on the server. */
export interface UpstreamProblem extends Problem {
  retryHint?: {
    /** The effective HTTP status, which may differ from the response's. */
    status: number | undefined
    /** How long the error's body asks to wait, in milliseconds. */
    waitMs: number | null
    loading: boolean
  }
}
