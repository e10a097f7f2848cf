import type { ConversationSummary } from '@/lib/protocol/api'

const day = 24 * 60 * 60 * 1000

export interface DateGroup {
  name: 'Today' | 'Yesterday' | 'Previous 7 days' | 'Older'
  conversations: ConversationSummary[]
}

/**
 * Groups summaries, newest first, by the day of their last change.
 * `today` is the moment the day began, in epoch ms.
 */
export function groupByDate(summaries: ConversationSummary[], today: number): DateGroup[] {
  const groups: DateGroup[] = []
  for (const summary of summaries) {
    const name = nameOf(summary.updatedAt, today)
    const group = groups.at(-1)
    if (group?.name === name) group.conversations.push(summary)
    else groups.push({ name, conversations: [summary] })
  }
  return groups
}

function nameOf(time: number, today: number): DateGroup['name'] {
  if (time >= today) return 'Today'
  if (time >= today - day) return 'Yesterday'
  if (time >= today - 7 * day) return 'Previous 7 days'
  return 'Older'
}

/** When the day that holds a moment began, by the clock of this machine. */
export function startOfDay(moment: number): number {
  return new Date(moment).setHours(0, 0, 0, 0)
}
