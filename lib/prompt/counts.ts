import 'server-only'
import type { BranchRow } from '@/lib/database/messages'
import { processSingleton } from '@/lib/process'
import { countMessage } from '@/lib/tokens/count-prompt'
import { type Count, familyOf, lessCertain } from '@/lib/tokens/tokenizers'
import { step, type Turn, type WaitingPrompts } from './branch'

/*
 * The tokens of each turn of a branch, counted once for each tokenizer: a message does not change once it has ended.
 * What a reply that is continued was counted for is told by the revision of its conversation, which changes then.
 */

/** A turn that has been counted, with all before it. */
export interface CountedTurn extends Count {
  before: CountedTurn | null
  /** The tokens of this turn and all before it, and the least certain of their accuracies. */
  total: Count
  /** 1 for the first of its branch. */
  place: number
}

/** A branch up to one of its replies. */
export interface CountedBranch {
  last: CountedTurn | null
  waiting: WaitingPrompts
}

const empty: CountedBranch = { last: null, waiting: [] }

/** So many replies are remembered, of the conversations that were counted last. */
const REPLIES_KEPT = 50_000

interface Conversation {
  revision: number
  /** By the id of their last reply. */
  branches: Map<string, CountedBranch>
}

/** What this process has counted, by conversation and tokenizer, the one that was used last at the end. */
export class CountedConversations {
  readonly #conversations = new Map<string, Conversation>()
  readonly #repliesKept: number
  #replies = 0

  constructor(repliesKept = REPLIES_KEPT) {
    this.#repliesKept = repliesKept
  }

  get(key: string, revision: number, replyId: string): CountedBranch | undefined {
    const known = this.#conversations.get(key)
    if (known?.revision !== revision) return undefined
    this.#conversations.delete(key)
    this.#conversations.set(key, known)
    return known.branches.get(replyId)
  }

  set(key: string, revision: number, replyId: string, branch: CountedBranch): void {
    const known = this.#conversations.get(key)
    // Whoever counts an older one began before a reply was continued.
    if (known && known.revision > revision) return
    this.#forget(key)
    const conversation = known?.revision === revision ? known : { revision, branches: new Map<string, CountedBranch>() }
    conversation.branches.set(replyId, branch)
    this.#conversations.set(key, conversation)
    this.#replies += conversation.branches.size
    for (const oldest of this.#conversations.keys()) {
      if (this.#replies <= this.#repliesKept || oldest === key) return
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    this.#replies -= this.#conversations.get(key)?.branches.size ?? 0
    this.#conversations.delete(key)
  }
}

function counted(): CountedConversations {
  return processSingleton('counted conversations', () => new CountedConversations())
}

/** The newest message of a branch of which it is known what comes before it: its place in the rows, and what is known. */
function nearestKnown(model: string, rows: BranchRow[]): { from: number; branch: CountedBranch } | null {
  for (let place = rows.length - 1; place >= 0; place--) {
    const row = rows[place]
    // One that is being continued stands otherwise than it did.
    if (!row || row.status === 'running') continue
    const branch = counted().get(keyOf(model, row), row.revision, row.id)
    if (branch) return { from: place + 1, branch }
  }
  return null
}

/** Whether some rows, the last of a branch, are enough to count the whole of it. */
export function reachesKnown(model: string, rows: BranchRow[]): boolean {
  return nearestKnown(model, rows) !== null
}

/**
 * Counts a branch, whose rows are given from the root, or from after a reply that has been counted. Counts only what is
 * new since.
 * @throws the signal's reason when it aborts.
 */
export async function countBranch(model: string, rows: BranchRow[], signal?: AbortSignal): Promise<CountedBranch> {
  let { from, branch } = nearestKnown(model, rows) ?? { from: 0, branch: empty }
  let settled = true
  for (const row of rows.slice(from)) {
    signal?.throwIfAborted()
    const { waiting, turn } = step(branch.waiting, row)
    branch = { waiting, last: turn ? await withTurn(model, branch.last, turn) : branch.last }
    // What is still being written will be another message.
    settled &&= row.status !== 'running'
    if (settled && row.role === 'assistant') counted().set(keyOf(model, row), row.revision, row.id, branch)
  }
  return branch
}

async function withTurn(model: string, before: CountedTurn | null, { prompt, reply }: Turn): Promise<CountedTurn> {
  const count = sumOf(await countMessage(model, 'user', prompt), await countMessage(model, 'assistant', reply))
  return { ...count, before, total: before ? sumOf(before.total, count) : count, place: (before?.place ?? 0) + 1 }
}

/** Counts together. */
export function sumOf(one: Count, other: Count): Count {
  return { tokens: one.tokens + other.tokens, accuracy: lessCertain(one.accuracy, other.accuracy) }
}

function keyOf(model: string, { conversationId }: BranchRow): string {
  const { encoding, accuracy } = familyOf(model)
  return `${conversationId} ${encoding} ${accuracy}`
}
