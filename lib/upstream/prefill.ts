import 'server-only'
import type { ChatMessage, CompletionRequest, Connection } from './connection'

/** How a server continues a reply that is the last message of the request. */
interface Prefill {
  /** The base URL to use, where it isn't the connection's. */
  baseUrl?: string
  /** The message needs `prefix: true`. */
  marked?: true
  /** The reply starts with the prefix. */
  echoes?: true
  extra?: Record<string, boolean>
}

/**
 * The servers known to support it. All others are prompted, because a server that doesn't support it starts over, as
 * OpenAI's does. Claude 4.6 and later reject it
 * (https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6); with routers it depends on the provider
 * behind, with Ollama and LM Studio on the model's template. vLLM supports `continue_final_message`
 * (https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html), but its address doesn't identify it.
 */
const byOrigin: Record<string, Prefill> = {
  // https://api-docs.deepseek.com/guides/chat_prefix_completion
  'https://api.deepseek.com': { baseUrl: 'https://api.deepseek.com/beta', marked: true },
  // https://docs.mistral.ai/api: “force the model to start its reply by the content of the message”
  'https://api.mistral.ai': { marked: true, echoes: true },
}

const byProvider: Record<string, Prefill> = {
  demo: {},
  // By default since https://github.com/ggml-org/llama.cpp/pull/13174, with these fields since …/pull/23012.
  llamacpp: { extra: { continue_final_message: true, add_generation_prompt: false } },
}

/** What identifies a server. */
export type ServerIdentity = Pick<Connection, 'providerId' | 'baseUrl'>

/** The partial reply as the last message of a request; null for a server that can't continue it. */
export function prefixMessage(server: ServerIdentity, partial: string): ChatMessage | null {
  const prefill = prefillOf(server)
  return prefill && { role: 'assistant', content: partial, ...(prefill.marked ? { prefix: prefill.marked } : {}) }
}

/** The request that makes a server continue a partial reply; null for a server that can't. */
export function prefillRequest(
  connection: Connection,
  request: CompletionRequest,
  partial: string,
): { connection: Connection; request: CompletionRequest; echoes: boolean } | null {
  const prefill = prefillOf(connection)
  const prefix = prefixMessage(connection, partial)
  if (!prefill || !prefix) return null
  const { baseUrl = connection.baseUrl, echoes = false, extra } = prefill
  return {
    connection: { ...connection, baseUrl },
    request: { ...request, messages: [...request.messages, prefix], extra },
    echoes,
  }
}

function prefillOf({ providerId, baseUrl }: ServerIdentity): Prefill | null {
  return byProvider[providerId] ?? byOrigin[originOf(baseUrl)] ?? null
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : ''
}
