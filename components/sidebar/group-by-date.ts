import type { ConversationSummary } from '@/lib/protocol/api'
import { dayOf } from '@/lib/protocol/days'

const DAY_MS = 86_400_000

export interface DateGroup {
  name: string
  conversations: ConversationSummary[]
}

/** Groups summaries, newest first, by the day of their last change: the last days, then months. Days as `dayOf` counts them. */
export function groupByDate(summaries: ConversationSummary[], today: number, timeZone: string): DateGroup[] {
  const groups: DateGroup[] = []
  for (const summary of summaries) {
    const name = nameOf(dayOf(summary.updatedAt, timeZone), today)
    const group = groups.at(-1)
    if (group?.name === name) group.conversations.push(summary)
    else groups.push({ name, conversations: [summary] })
  }
  return groups
}

function nameOf(day: number, today: number): string {
  if (day >= today) return 'Today'
  if (day === today - 1) return 'Yesterday'
  if (day >= today - 7) return 'Previous 7 days'
  const date = new Date(day * DAY_MS)
  const isThisYear = date.getUTCFullYear() === new Date(today * DAY_MS).getUTCFullYear()
  return (isThisYear ? month : monthOfYear).format(date)
}

const month = new Intl.DateTimeFormat('en-US', { month: 'long', timeZone: 'UTC' })
const monthOfYear = new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' })
