import 'server-only'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import type { ChatMessage, CompletionEnd, CompletionRequest, CompletionSink, Connection } from './connection'
import { Joint } from './overlap-deduper'
import { prefilled, prefixTo, type Server } from './prefill'
import { completeWithRetries } from './retry'

/** Asks for the rest of an answer where the server does not go on with it by itself. */
const instruction =
  'Your last answer broke off before its end. Write what comes after its very last character, as though there had been no break: in the middle of a word if it ends there, with a space or a line break first if one is due. Repeat nothing of it, and say nothing about the break.'

/** What a request ends with, so that a server goes on with the answer that is there; nothing where none is. */
export function continuationTo(server: Server, { partial }: Pick<CompletionRequest, 'partial'>): ChatMessage[] {
  if (!partial) return []
  const prefix = prefixTo(server, partial)
  return prefix ? [prefix] : inWords(partial)
}

/** The most that it ends with: a server that is thought to go on by itself, and refuses, is asked in words. */
export function longestContinuation({ partial }: Pick<CompletionRequest, 'partial'>): ChatMessage[] {
  return partial ? inWords(partial) : []
}

function inWords(partial: string): ChatMessage[] {
  return [
    { role: 'assistant', content: partial },
    { role: 'user', content: instruction },
  ]
}

type Options = Parameters<typeof completeWithRetries>[4] & {
  /** Told of the messages that are sent in place of those that a server refused. */
  onInWords?(messages: ChatMessage[]): void
}

/**
 * Asks for an answer as `completeWithRetries` does. Of one whose beginning is there already, the sink is given what
 * follows. A server that is thought to go on by itself and refuses is asked in words, before anything has come.
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
  const complete = async (to: Connection, what: CompletionRequest, whole: boolean) => {
    const joint = new Joint(partial, sink, { whole })
    const joined: CompletionSink = {
      ...sink,
      text: (text) => joint.take(text),
      reclassify: () => joint.reclassify(),
    }
    const end = await completeWithRetries(to, what, joined, signal, options)
    const refused = joint.untouched && (end.problem?.kind === 'bad_request' || end.problem?.kind === 'not_found')
    joint.end({ cut: end.problem !== null || finishKindOf(end.finishReason) === 'length' })
    return { end, refused }
  }
  const messages = [...request.messages, ...inWords(partial)]
  const direct = prefilled(connection, request, partial)
  if (direct) {
    const { end, refused } = await complete(direct.connection, direct.request, direct.echoes)
    if (!refused) return end
    options.onInWords?.(messages)
  }
  return (await complete(connection, { ...request, messages }, false)).end
}
