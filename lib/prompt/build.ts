import 'server-only'
import { type BranchRow, branchTo } from '@/lib/database/messages'
import { isBlank } from '@/lib/protocol/unanswered'
import { countMessage, PER_REPLY } from '@/lib/tokens/count-prompt'
import type { Count } from '@/lib/tokens/tokenizers'
import type { ChatMessage } from '@/lib/upstream/connection'
import { branchOf, joined, type Turn, type WaitingPrompts, withPrompt } from './branch'
import { type PromptMessage, textMessage } from './content'
import { type CountedBranch, type CountedTurn, countBranch, reachesKnown, sumOf } from './counts'

/** What a model is to answer. */
export interface PromptSource {
  /** The newest message that is in the database; null where none is. */
  head: string | null
  /** A prompt after that which is not in the database yet. */
  text?: string
  system?: string
  /** What the provider calls the model. */
  model: string
  /** The tokens that the model's window holds; null when that is not known. */
  window: number | null
  /** The longest answer, where it is set: so much of the window is left for it. */
  room?: number
  /** What is sent after the prompt when a reply is continued. */
  after?: ChatMessage[]
}

/** What a model is sent. */
export interface Prompt {
  /** They alternate, after a system prompt, and none is blank. The last is the person's, unless that is blank. */
  messages: PromptMessage[]
  /** How many of the oldest turns are left out, because the window does not hold them. */
  trimmedTurns: number
  /** The tokens of all of it, and of what is sent after it: `after`, unless something else is named. */
  count(after?: ChatMessage[]): Promise<Count>
}

/** What is left of a model's window for the answer, where the person sets no limit. */
const ROOM_TOKENS = 1024
/** No token is longer than it is in bytes, and no character of UTF-16 is more than three of them. */
const MOST_PER_CHARACTER = 3
const MOST_PER_MESSAGE = 8
/** Most prompts follow what was counted before: then so few of their branch's rows are enough. */
const NEAR = 4

/**
 * Builds what a model is sent: the turns of a branch that were answered, as many of the newest as its window holds, and
 * the prompt. The only place where that is decided.
 */
export async function buildPrompt(source: PromptSource): Promise<Prompt> {
  const rows = await branchTo(source.head)
  const { turns, waiting } = branchOf(rows)
  const last = promptOf(source, waiting)
  const all = messagesOf(source, turns, last)
  const count = countedOnce(source, rows)
  // A prompt that cannot be too long is not counted until somebody asks.
  const trimmedTurns = mayBeTooLong(source, all) ? (await count()).trimmedTurns : 0
  return {
    messages: trimmedTurns === 0 ? all : messagesOf(source, turns.slice(trimmedTurns), last),
    trimmedTurns,
    async count(after = source.after ?? []) {
      return sumOf((await count()).before, await countAll(source.model, after))
    },
  }
}

/**
 * The same count without the messages. A branch that was counted before costs the same
 * however long it is.
 * @throws the signal's reason when it aborts.
 */
export async function countPromptOf(
  source: PromptSource,
  signal?: AbortSignal,
): Promise<Count & Pick<Prompt, 'trimmedTurns'>> {
  const near = await branchTo(source.head, NEAR)
  const enough = near.length < NEAR || reachesKnown(source.model, near)
  const rows = enough ? near : await branchTo(source.head)
  const counted = await countWith(source, await countBranch(source.model, rows, signal))
  signal?.throwIfAborted()
  const all = sumOf(counted.before, await countAll(source.model, source.after ?? []))
  return { ...all, trimmedTurns: counted.trimmedTurns }
}

/** The prompt with those before it that nobody answered. */
function promptOf({ text }: PromptSource, waiting: WaitingPrompts): string {
  return joined(text === undefined ? waiting : withPrompt(waiting, text))
}

function messagesOf({ system = '' }: PromptSource, turns: Turn[], last: string): PromptMessage[] {
  return [
    ...(isBlank(system) ? [] : [textMessage('system', system)]),
    ...turns.flatMap(({ prompt, reply }) => [textMessage('user', prompt), textMessage('assistant', reply)]),
    ...(last === '' ? [] : [textMessage('user', last)]),
  ]
}

interface Counted {
  /** Of all that is sent before `after`. */
  before: Count
  trimmedTurns: number
}

/** Counts when it is first asked, and lets go of the rows then. */
function countedOnce(source: PromptSource, given: BranchRow[]): () => Promise<Counted> {
  let rows = given
  let counted: Promise<Counted> | null = null
  return () => {
    counted ??= countBranch(source.model, rows).then((branch) => countWith(source, branch))
    rows = []
    return counted
  }
}

/** Adds to a branch what every prompt has besides, and leaves out what the window does not hold. */
async function countWith(source: PromptSource, { last, waiting }: CountedBranch): Promise<Counted> {
  const { model, after = [] } = source
  const frame = messagesOf(source, [], promptOf(source, waiting))
  const fixed = sumOf({ tokens: PER_REPLY, accuracy: 'exact' }, await countAll(model, frame.map(plain)))
  const most = mostOf(source)
  if (!last) return { before: fixed, trimmedTurns: 0 }
  if (most === null) return { before: sumOf(fixed, last.total), trimmedTurns: 0 }
  const { tokens } = await countAll(model, after)
  const kept = newestWithin(most - fixed.tokens - tokens, last)
  return { before: kept.count ? sumOf(fixed, kept.count) : fixed, trimmedTurns: last.place - kept.turns }
}

/** The newest turns that come to no more than so many tokens. */
function newestWithin(most: number, last: CountedTurn): { turns: number; count: Count | null } {
  if (last.total.tokens <= most) return { turns: last.place, count: last.total }
  let kept: { turns: number; count: Count | null } = { turns: 0, count: null }
  for (let turn: CountedTurn | null = last; turn; turn = turn.before) {
    const count: Count = kept.count ? sumOf(kept.count, turn) : turn
    if (count.tokens > most) break
    kept = { turns: kept.turns + 1, count }
  }
  return kept
}

/** The most that a prompt may come to; null when that is not known. */
function mostOf({ window, room = ROOM_TOKENS }: PromptSource): number | null {
  return window === null ? null : window - Math.min(room, Math.floor(window / 2))
}

function mayBeTooLong(source: PromptSource, messages: PromptMessage[]): boolean {
  const most = mostOf(source)
  if (most === null) return false
  const bytes = [...messages.map(plain), ...(source.after ?? [])].reduce(
    (sum, { content }) => sum + content.length * MOST_PER_CHARACTER + MOST_PER_MESSAGE,
    0,
  )
  return bytes > most
}

async function countAll(model: string, messages: { role: string; content: string }[]): Promise<Count> {
  let sum: Count = { tokens: 0, accuracy: 'exact' }
  for (const { role, content } of messages) sum = sumOf(sum, await countMessage(model, role, content))
  return sum
}

function plain({ role, content }: PromptMessage): { role: string; content: string } {
  return { role, content: content.map(({ text }) => text).join('') }
}
