import OpenAI from 'openai'
import { demoFetch } from '@/lib/upstream/demo/fetch'

/** The real SDK in front of the demo model. */
export const client = new OpenAI({
  baseURL: 'http://demo.invalid/v1',
  apiKey: 'none',
  maxRetries: 0,
  fetch: demoFetch,
})

type Message = { role: 'user' | 'assistant'; content: string }
export interface AskOptions {
  model?: string
  maxTokens?: number
  signal?: AbortSignal
}

export function messagesOf(prompts: string | Message[]): Message[] {
  return typeof prompts === 'string' ? [{ role: 'user', content: prompts }] : prompts
}

export function stream(prompts: string | Message[], { model = 'rill-demo', maxTokens, signal }: AskOptions = {}) {
  return client.chat.completions.create(
    {
      model,
      messages: messagesOf(prompts),
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: maxTokens,
    },
    { signal },
  )
}

export function whole(prompts: string | Message[], { model = 'rill-demo', maxTokens, signal }: AskOptions = {}) {
  return client.chat.completions.create({ model, messages: messagesOf(prompts), max_tokens: maxTokens }, { signal })
}

/** The text of a reply that doesn't stream. */
export async function textOf(prompts: string | Message[], asking: AskOptions = {}): Promise<string> {
  const completion = await whole(prompts, asking)
  return completion.choices[0]?.message.content ?? ''
}
