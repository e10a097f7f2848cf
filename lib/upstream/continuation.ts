import 'server-only'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import type { ChatMessage, CompletionEnd, CompletionRequest, CompletionSink, Connection } from './connection'
import { OverlapDeduper } from './overlap-deduper'
import { prefillRequest, prefixMessage, type ServerIdentity } from './prefill'
import { completeWithRetries } from './retry'

/** Prompts for the rest of a reply on servers that can't continue it by themselves. */
const instruction =
  'Your last answer broke off before its end. Write what comes after its very last character, as though there had been no break: in the middle of a word if it ends there, with a space or a line break first if one is due. Repeat nothing of it, and say nothing about the break.'

/** The messages at the end of a request that make a server continue its partial reply; none without one. */
export function continuationMessages(
  server: ServerIdentity,
  { partial }: Pick<CompletionRequest, 'partial'>,
): ChatMessage[] {
  if (!partial) return []
  const prefix = prefixMessage(server, partial)
  return prefix ? [prefix] : promptedContinuation(partial)
}

/** The longest they can be: a server that rejects a prefilled reply gets a prompt for its continuation. */
export function longestContinuationMessages({ partial }: Pick<CompletionRequest, 'partial'>): ChatMessage[] {
  return partial ? promptedContinuation(partial) : []
}

function promptedContinuation(partial: string): ChatMessage[] {
  return [
    { role: 'assistant', content: partial },
    { role: 'user', content: instruction },
  ]
}

type Options = Parameters<typeof completeWithRetries>[4] & {
  /** Called with the messages that replace those that the server rejected. */
  onPromptedContinuation?(messages: ChatMessage[]): void
}

/**
 * Requests a reply as `completeWithRetries` does. With a partial reply, the sink receives only what follows it. A server
 * that rejects a prefilled reply is prompted for the continuation, if nothing has arrived.
 */
export async function completeOrContinue(
  connection: Connection,
  request: CompletionRequest,
  sink: CompletionSink,
  signal: AbortSignal,
  options: Options,
): Promise<CompletionEnd> {
  const { partial } = request
  if (!partial) return await completeWithRetries(connection, request, sink, signal, options)
  const complete = async (to: Connection, adapted: CompletionRequest, whole: boolean) => {
    const deduper = new OverlapDeduper(partial, sink, { whole })
    const deduped: CompletionSink = {
      ...sink,
      text: (text) => deduper.add(text),
      reclassify: () => deduper.reclassify(),
    }
    const end = await completeWithRetries(to, adapted, deduped, signal, options)
    const rejected = deduper.isUntouched && (end.problem?.kind === 'bad_request' || end.problem?.kind === 'not_found')
    deduper.end({ cut: end.problem !== null || finishKindOf(end.finishReason) === 'length' })
    return { end, rejected }
  }
  const messages = [...request.messages, ...promptedContinuation(partial)]
  const direct = prefillRequest(connection, request, partial)
  if (direct) {
    const { end, rejected } = await complete(direct.connection, direct.request, direct.echoes)
    if (!rejected) return end
    options.onPromptedContinuation?.(messages)
  }
  return (await complete(connection, { ...request, messages }, false)).end
}
