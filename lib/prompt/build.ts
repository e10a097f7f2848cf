import 'server-only'
import { type BranchRow, branchTo } from '@/lib/database/messages'
import { isBlank } from '@/lib/protocol/unanswered'
import { countMessage, PER_REPLY } from '@/lib/tokens/count-prompt'
import type { Count } from '@/lib/tokens/tokenizers'
import type { ChatMessage } from '@/lib/upstream/connection'
import { addPrompt, joinPrompts, readBranch, type Turn, type WaitingPrompts } from './branch'
import { type PromptMessage, textMessage } from './content'
import { type CountedBranch, type CountedTurn, countBranch, reachesCached, sumOf } from './counts'

/** What to build a prompt from. */
export interface PromptSource {
  /** The newest message in the database; null when there is none. */
  head: string | null
  /** A new prompt, which isn't in the database yet. */
  text?: string
  system?: string
  /** The provider's name for the model. */
  model: string
  /** The model's context window in tokens; null when unknown. */
  window: number | null
  /** The limit of reply tokens, if set: this much of the window stays free. */
  replyTokens?: number
  /** The messages after the prompt that continue a partial reply. */
  continuation?: ChatMessage[]
}

/** What a model is sent. */
export interface Prompt {
  /** An optional system prompt, then user and assistant in turn, none blank. The last is the user's, unless it is blank. */
  messages: PromptMessage[]
  /** How many of the oldest turns are left out because they don't fit the window. */
  trimmedTurns: number
  /** Counts all tokens, including those of `continuation`, by default the source's. */
  count(continuation?: ChatMessage[]): Promise<Count>
}

/** How much of the window stays free for the reply, if no limit is set. */
const DEFAULT_REPLY_TOKENS = 1024
/** An upper bound: a token has at least one byte, and a UTF-16 unit at most three. */
const MAX_TOKENS_PER_CHARACTER = 3
const MAX_FRAME_TOKENS = 8
/** Most prompts follow a cached reply, so that a branch's last rows are enough. */
const LAST_ROWS = 4

/**
 * Builds the messages to a model: the answered turns of a branch, as many of the newest as fit its window, and the prompt.
 * No other code decides what a model is sent.
 */
export async function buildPrompt(source: PromptSource): Promise<Prompt> {
  const rows = await branchTo(source.head)
  const { turns, waiting } = readBranch(rows)
  const last = promptOf(source, waiting)
  const all = messagesOf(source, turns, last)
  const count = countedOnce(source, rows)
  // Counts only a prompt that may be too long; others when somebody asks.
  const trimmedTurns = mayBeTooLong(source, all) ? (await count()).trimmedTurns : 0
  return {
    messages: trimmedTurns === 0 ? all : messagesOf(source, turns.slice(trimmedTurns), last),
    trimmedTurns,
    async count(continuation = source.continuation ?? []) {
      return sumOf((await count()).prompt, await countAll(source.model, continuation))
    },
  }
}

/**
 * Counts the prompt without building its messages. A cached branch costs the same however long it is.
 * @throws the signal's reason when it aborts.
 */
export async function countPromptOf(
  source: PromptSource,
  signal?: AbortSignal,
): Promise<Count & Pick<Prompt, 'trimmedTurns'>> {
  const last = await branchTo(source.head, LAST_ROWS)
  const isEnough = last.length < LAST_ROWS || reachesCached(source.model, last)
  const rows = isEnough ? last : await branchTo(source.head)
  const counted = await countWith(source, await countBranch(source.model, rows, signal))
  signal?.throwIfAborted()
  const all = sumOf(counted.prompt, await countAll(source.model, source.continuation ?? []))
  return { ...all, trimmedTurns: counted.trimmedTurns }
}

/** The prompt, joined with the unanswered ones before it. */
function promptOf({ text }: PromptSource, waiting: WaitingPrompts): string {
  return joinPrompts(text === undefined ? waiting : addPrompt(waiting, text))
}

function messagesOf({ system = '' }: PromptSource, turns: Turn[], last: string): PromptMessage[] {
  return [
    ...(isBlank(system) ? [] : [textMessage('system', system)]),
    ...turns.flatMap(({ prompt, reply }) => [textMessage('user', prompt), textMessage('assistant', reply)]),
    ...(last === '' ? [] : [textMessage('user', last)]),
  ]
}

interface Counted {
  /** Of everything before `continuation`. */
  prompt: Count
  trimmedTurns: number
}

/** Counts on the first call, and releases the rows then. */
function countedOnce(source: PromptSource, given: BranchRow[]): () => Promise<Counted> {
  let rows = given
  let counted: Promise<Counted> | null = null
  return () => {
    counted ??= countBranch(source.model, rows).then((branch) => countWith(source, branch))
    rows = []
    return counted
  }
}

/** Adds the system prompt and the prompt to a branch, and leaves out the turns that don't fit. */
async function countWith(source: PromptSource, { last, waiting }: CountedBranch): Promise<Counted> {
  const { model, continuation = [] } = source
  const frame = messagesOf(source, [], promptOf(source, waiting))
  const fixed = sumOf({ tokens: PER_REPLY, accuracy: 'exact' }, await countAll(model, frame.map(plain)))
  const limit = promptLimit(source)
  if (!last) return { prompt: fixed, trimmedTurns: 0 }
  if (limit === null) return { prompt: sumOf(fixed, last.total), trimmedTurns: 0 }
  const { tokens } = await countAll(model, continuation)
  const kept = newestWithin(limit - fixed.tokens - tokens, last)
  return { prompt: kept.count ? sumOf(fixed, kept.count) : fixed, trimmedTurns: last.length - kept.turns }
}

/** The newest turns that fit in `limit` tokens. */
function newestWithin(limit: number, last: CountedTurn): { turns: number; count: Count | null } {
  if (last.total.tokens <= limit) return { turns: last.length, count: last.total }
  let kept: { turns: number; count: Count | null } = { turns: 0, count: null }
  for (let turn: CountedTurn | null = last; turn; turn = turn.previous) {
    const count: Count = kept.count ? sumOf(kept.count, turn) : turn
    if (count.tokens > limit) break
    kept = { turns: kept.turns + 1, count }
  }
  return kept
}

/** The most tokens that a prompt may have; null when the window is unknown. */
function promptLimit({ window, replyTokens = DEFAULT_REPLY_TOKENS }: PromptSource): number | null {
  return window === null ? null : window - Math.min(replyTokens, Math.floor(window / 2))
}

function mayBeTooLong(source: PromptSource, messages: PromptMessage[]): boolean {
  const limit = promptLimit(source)
  if (limit === null) return false
  const maxTokens = [...messages.map(plain), ...(source.continuation ?? [])].reduce(
    (sum, { content }) => sum + content.length * MAX_TOKENS_PER_CHARACTER + MAX_FRAME_TOKENS,
    0,
  )
  return maxTokens > limit
}

async function countAll(model: string, messages: { role: string; content: string }[]): Promise<Count> {
  let sum: Count = { tokens: 0, accuracy: 'exact' }
  for (const { role, content } of messages) sum = sumOf(sum, await countMessage(model, role, content))
  return sum
}

function plain({ role, content }: PromptMessage): { role: string; content: string } {
  return { role, content: content.map(({ text }) => text).join('') }
}
