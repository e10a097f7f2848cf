import type { ConversationPage, ConversationSummary } from '@/lib/protocol/api'
import type { ConversationState } from './types'

/** The order of the sidebar, the same as the server's. */
export function newestFirst(summaries: ConversationSummary[]): ConversationSummary[] {
  return summaries.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))
}

/** Adds summaries to the sidebar, or replaces those of the same id. */
export function withSummaries(
  known: ConversationSummary[],
  fetched: ConversationSummary[],
): Pick<ConversationState, 'summaries'> {
  const ids = new Set(fetched.map((each) => each.id))
  return { summaries: newestFirst([...fetched, ...known.filter((each) => !ids.has(each.id))]) }
}

/** The sidebar after its first page was fetched again: conversations that it no longer lists are removed, older ones stay. */
export function withFirstPage(
  state: Pick<ConversationState, 'summaries' | 'nextCursor'>,
  page: ConversationPage,
): Pick<ConversationState, 'summaries' | 'nextCursor'> {
  const oldest = page.conversations.at(-1)
  // The server lists no runs of the Lab; one that was opened stays for its page.
  const runs = state.summaries.filter(({ kind }) => kind === 'lab')
  if (!oldest || page.nextCursor === null) return { ...withSummaries(runs, page.conversations), nextCursor: null }
  const older = state.summaries.filter(({ kind, updatedAt }) => kind !== 'lab' && updatedAt < oldest.updatedAt)
  return {
    ...withSummaries([...runs, ...older], page.conversations),
    nextCursor: older.length > 0 ? state.nextCursor : page.nextCursor,
  }
}
