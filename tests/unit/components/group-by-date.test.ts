import { expect, test } from 'vitest'
import { dayAt, groupByDate } from '@/components/sidebar/group-by-date'

test('groups conversations by recent days and then by month, in the time zone of the person', () => {
  const times = [
    ['2026-03-09T09:00Z', 'Today'],
    // Midnight in New Zealand, in summer.
    ['2026-03-08T11:00Z', 'Today'],
    ['2026-03-08T10:59Z', 'Yesterday'],
    ['2026-03-02T12:00Z', 'Previous 7 days'],
    ['2026-03-01T10:00Z', 'March'],
    ['2026-02-28T10:30Z', 'February'],
    ['2025-12-31T10:59Z', 'December 2025'],
    ['2024-12-05T10:00Z', 'December 2024'],
  ] as const
  const summaries = times.map(([time], id) => ({
    ...{ id: String(id), title: '', model: null, createdAt: 0, running: [] },
    updatedAt: Date.parse(time),
  }))
  const offset = 13 * 60 * 60 * 1000
  const today = dayAt(Date.parse('2026-03-09T09:00Z'), offset)
  const names = groupByDate(summaries, today, offset).flatMap(({ name, conversations }) =>
    conversations.map(() => name),
  )
  expect(names).toEqual(times.map(([, name]) => name))
})
