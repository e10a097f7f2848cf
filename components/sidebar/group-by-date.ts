import type { ConversationSummary } from '@/lib/protocol/api'

const DAY_MS = 86_400_000

export interface DateGroup {
  name: string
  conversations: ConversationSummary[]
}

/** The day of a time, as days since 1970-01-01. `offset` is in ms ahead of UTC, by default this machine's. */
export function dayAt(time: number, offset = offsetAt(time)): number {
  return Math.floor((time + offset) / DAY_MS)
}

/** How far this machine's time zone is ahead of UTC at a time, in ms. */
export function offsetAt(time: number): number {
  return -60_000 * new Date(time).getTimezoneOffset()
}

/** Groups summaries, which are sorted newest first, by their last change: recent days, then months. */
export function groupByDate(summaries: ConversationSummary[], today: number, offset?: number): DateGroup[] {
  const groups: DateGroup[] = []
  for (const summary of summaries) {
    const name = groupName(dayAt(summary.updatedAt, offset), today)
    const group = groups.at(-1)
    if (group?.name === name) group.conversations.push(summary)
    else groups.push({ name, conversations: [summary] })
  }
  return groups
}

function groupName(day: number, today: number): string {
  if (day >= today) return 'Today'
  if (day === today - 1) return 'Yesterday'
  if (day >= today - 7) return 'Previous 7 days'
  const date = new Date(day * DAY_MS)
  const year = date.getUTCFullYear() === new Date(today * DAY_MS).getUTCFullYear() ? undefined : 'numeric'
  return date.toLocaleDateString('en-US', { month: 'long', year, timeZone: 'UTC' })
}
