import 'server-only'
import type { BranchRow } from '@/lib/database/messages'
import { processSingleton } from '@/lib/process'
import { countMessage } from '@/lib/tokens/count-prompt'
import { type Count, familyOf, lessCertain } from '@/lib/tokens/tokenizers'
import { advance, type Turn, type WaitingPrompts } from './branch'

/*
 * Caches the tokens of each turn of a branch per tokenizer: a message doesn't change once it has ended, unless its reply
 * is continued, which changes the conversation's revision.
 */

/** A counted turn, linked to those before it. */
export interface CountedTurn extends Count {
  previous: CountedTurn | null
  /** The tokens up to the end of this turn, with the lowest of their accuracies. */
  total: Count
  /** The number of turns up to this one. */
  length: number
}

/** A counted branch, up to one of its replies. */
export interface CountedBranch {
  last: CountedTurn | null
  waiting: WaitingPrompts
}

const empty: CountedBranch = { last: null, waiting: [] }

/** The least recently used conversations are evicted. */
const MAX_CACHED_REPLIES = 50_000

interface Conversation {
  revision: number
  /** By the id of the last reply. */
  branches: Map<string, CountedBranch>
}

/** A least-recently-used cache of counted branches, by conversation and tokenizer. */
export class CountCache {
  readonly #conversations = new Map<string, Conversation>()
  readonly #maxReplies: number
  #replies = 0

  constructor(maxReplies = MAX_CACHED_REPLIES) {
    this.#maxReplies = maxReplies
  }

  get(key: string, revision: number, replyId: string): CountedBranch | undefined {
    const cached = this.#conversations.get(key)
    if (cached?.revision !== revision) return undefined
    this.#conversations.delete(key)
    this.#conversations.set(key, cached)
    return cached.branches.get(replyId)
  }

  set(key: string, revision: number, replyId: string, branch: CountedBranch): void {
    const cached = this.#conversations.get(key)
    // An older revision was counted before a reply was continued.
    if (cached && cached.revision > revision) return
    this.#evict(key)
    const conversation =
      cached?.revision === revision ? cached : { revision, branches: new Map<string, CountedBranch>() }
    conversation.branches.set(replyId, branch)
    this.#conversations.set(key, conversation)
    this.#replies += conversation.branches.size
    for (const oldest of this.#conversations.keys()) {
      if (this.#replies <= this.#maxReplies || oldest === key) return
      this.#evict(oldest)
    }
  }

  #evict(key: string): void {
    this.#replies -= this.#conversations.get(key)?.branches.size ?? 0
    this.#conversations.delete(key)
  }
}

function countCache(): CountCache {
  return processSingleton('token counts', () => new CountCache())
}

/** The longest cached part of a branch, and the index of the first row after it. */
function longestCached(model: string, rows: BranchRow[]): { from: number; branch: CountedBranch } | null {
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index]
    // A reply that is being continued has changed.
    if (!row || row.status === 'running') continue
    const branch = countCache().get(keyOf(model, row), row.revision, row.id)
    if (branch) return { from: index + 1, branch }
  }
  return null
}

/** Whether the last rows of a branch reach back to a cached part of it. */
export function reachesCached(model: string, rows: BranchRow[]): boolean {
  return longestCached(model, rows) !== null
}

/**
 * Counts a branch, given its rows from the root or from after a cached reply. Counts only rows that aren't cached.
 * @throws the signal's reason when it aborts.
 */
export async function countBranch(model: string, rows: BranchRow[], signal?: AbortSignal): Promise<CountedBranch> {
  let { from, branch } = longestCached(model, rows) ?? { from: 0, branch: empty }
  let isFinal = true
  for (const row of rows.slice(from)) {
    signal?.throwIfAborted()
    const { waiting, turn } = advance(branch.waiting, row)
    branch = { waiting, last: turn ? await addTurn(model, branch.last, turn) : branch.last }
    // A running reply still changes, and so does everything after it.
    isFinal &&= row.status !== 'running'
    if (isFinal && row.role === 'assistant') countCache().set(keyOf(model, row), row.revision, row.id, branch)
  }
  return branch
}

async function addTurn(model: string, previous: CountedTurn | null, { prompt, reply }: Turn): Promise<CountedTurn> {
  const count = sumOf(await countMessage(model, 'user', prompt), await countMessage(model, 'assistant', reply))
  const total = previous ? sumOf(previous.total, count) : count
  return { ...count, previous, total, length: (previous?.length ?? 0) + 1 }
}

/** Adds two counts. */
export function sumOf(one: Count, other: Count): Count {
  return { tokens: one.tokens + other.tokens, accuracy: lessCertain(one.accuracy, other.accuracy) }
}

function keyOf(model: string, { conversationId }: BranchRow): string {
  const { encoding, accuracy } = familyOf(model)
  return `${conversationId} ${encoding} ${accuracy}`
}
