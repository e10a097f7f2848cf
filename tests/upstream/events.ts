/** Builders for an upstream's server-sent events. */

type Fields = Record<string, unknown>

export function event(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

/** A chunk with the given fields besides the common ones. */
export function chunk(fields: Fields): string {
  return event({ id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 1, model: 'scripted', ...fields })
}

/** A chunk with one choice. */
export function choice(fields: Fields): string {
  return chunk({ choices: [{ index: 0, delta: {}, finish_reason: null, ...fields }] })
}

export function delta(text: string): string {
  return choice({ delta: { content: text } })
}

export function reasoning(text: string): string {
  return choice({ delta: { reasoning_content: text } })
}

export function finish(reason: string): string {
  return choice({ finish_reason: reason })
}

export function usage(counts: { prompt: number; completion: number }): string {
  return chunk({ choices: [], usage: usageFields(counts) })
}

export function usageFields({ prompt, completion }: { prompt: number; completion: number }): Fields {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

export const done = event('[DONE]')

/** A completion that isn't streamed. */
export function whole(text: string, fields: Fields = {}): Fields {
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 1,
    model: 'scripted',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: usageFields({ prompt: 5, completion: 3 }),
    ...fields,
  }
}
