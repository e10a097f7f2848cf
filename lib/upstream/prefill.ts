import 'server-only'
import type { ChatMessage, CompletionRequest, Connection } from './connection'

/** How a server is asked to go on with an answer that is the last message of the request. */
interface Prefill {
  /** The address that does it, where it is not the usual one. */
  baseUrl?: string
  /** The message must say that it is a prefix. */
  marked?: true
  /** The answer begins with what it was given. */
  echoes?: true
  extra?: Record<string, boolean>
}

/**
 * The servers that are known to. All others are asked in words, because one that does not know it begins anew:
 * OpenAI's own does, Claude 4.6 and later refuse it
 * (https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6), routers depend on who is behind them,
 * and Ollama and LM Studio on each model's template. A vLLM, which would take `continue_final_message`
 * (https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html), cannot be told by its address.
 */
const byOrigin: Record<string, Prefill> = {
  // https://api-docs.deepseek.com/guides/chat_prefix_completion
  'https://api.deepseek.com': { baseUrl: 'https://api.deepseek.com/beta', marked: true },
  // https://docs.mistral.ai/api: “force the model to start its answer by the content of the message”
  'https://api.mistral.ai': { marked: true, echoes: true },
}

const byProvider: Record<string, Prefill> = {
  demo: {},
  // By itself since https://github.com/ggml-org/llama.cpp/pull/13174, by these fields since …/pull/23012.
  llamacpp: { extra: { continue_final_message: true, add_generation_prompt: false } },
}

/** What tells how a server goes on. */
export type Server = Pick<Connection, 'providerId' | 'baseUrl'>

/** The partial answer as it ends a request to a server that goes on with it by itself; null to one that does not. */
export function prefixTo(server: Server, partial: string): ChatMessage | null {
  const prefill = prefillOf(server)
  return prefill && { role: 'assistant', content: partial, ...(prefill.marked ? { prefix: prefill.marked } : {}) }
}

/** The request for what follows a partial answer, where the server goes on with it by itself; null where it does not. */
export function prefilled(
  connection: Connection,
  request: CompletionRequest,
  partial: string,
): { connection: Connection; request: CompletionRequest; echoes: boolean } | null {
  const prefill = prefillOf(connection)
  const prefix = prefixTo(connection, partial)
  if (!prefill || !prefix) return null
  const { baseUrl = connection.baseUrl, echoes = false, extra } = prefill
  return {
    connection: { ...connection, baseUrl },
    request: { ...request, messages: [...request.messages, prefix], extra },
    echoes,
  }
}

function prefillOf({ providerId, baseUrl }: Server): Prefill | null {
  return byProvider[providerId] ?? byOrigin[originOf(baseUrl)] ?? null
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : ''
}
