import 'server-only'
import { countPrompt } from './prompt'

interface Message {
  role: string
  content: string
}

/** What is left of a model's window for the answer, where the person sets no limit. */
const ROOM_TOKENS = 1024
/** No token is longer than it is in bytes, and no character of UTF-16 is more than three of them. */
const MOST_PER_CHARACTER = 3
const MOST_PER_MESSAGE = 8

/**
 * The messages that fit in a model's window together with room for the answer: the oldest turns are left out, never the
 * system prompt that comes first or the last turn, nor what comes `after` it. A prompt that cannot be too long is not counted.
 */
export async function fitted<M extends Message>(
  model: string,
  messages: M[],
  { window, room = null, after = [] }: { window: number | null; room?: number | null; after?: Message[] },
): Promise<{ messages: M[]; trimmedTurns: number }> {
  const most = window === null ? null : window - Math.min(room ?? ROOM_TOKENS, Math.floor(window / 2))
  if (most === null || bytesAtMost([...messages, ...after]) <= most) return { messages, trimmedTurns: 0 }
  const { system, turns } = turnsOf(messages)
  const counts: number[] = []
  for (const turn of turns) counts.push((await countPrompt(model, turn)).tokens)
  let total = (await countPrompt(model, [...system, ...after])).tokens + counts.reduce((sum, count) => sum + count, 0)
  let trimmedTurns = 0
  while (total > most && trimmedTurns < turns.length - 1) total -= counts[trimmedTurns++] ?? 0
  return { messages: [...system, ...turns.slice(trimmedTurns).flat()], trimmedTurns }
}

function bytesAtMost(messages: Message[]): number {
  return messages.reduce((sum, { content }) => sum + content.length * MOST_PER_CHARACTER + MOST_PER_MESSAGE, 0)
}

/** A turn begins with what a person wrote. */
function turnsOf<M extends Message>(messages: M[]): { system: M[]; turns: M[][] } {
  const system = messages[0]?.role === 'system' ? messages.slice(0, 1) : []
  const turns: M[][] = []
  for (const message of messages.slice(system.length)) {
    const last = turns.at(-1)
    if (last && message.role !== 'user') last.push(message)
    else turns.push([message])
  }
  return { system, turns }
}
