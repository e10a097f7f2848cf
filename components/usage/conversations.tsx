'use client'
import { Funnel } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { tooltip } from '@/components/ui/tooltip'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { Rate } from '@/lib/protocol/billing/money'
import { type ConversationUsage, conversationUsagePage, type UsageReport } from '@/lib/protocol/billing/usage'
import { costInDisplayCurrency, formatCost } from './cost'
import { FigureTable } from './figure-table'
import { formatCompact, totalTokens } from './figures'
import { toQueryString, type UsageFilters } from './filter-state'
import { conversationName } from './names'
import { PageSection } from './page-section'

/** The most expensive conversations, a page at a time, and the total of the rest. */
export function Conversations({
  report,
  filters,
  rate,
  onSelect,
}: {
  report: UsageReport
  filters: UsageFilters
  rate: Rate
  onSelect(id: string): void
}) {
  const [more, setMore] = useState<ConversationUsage[]>([])
  const [cursor, setCursor] = useState(report.conversations.nextCursor)
  const [loading, setLoading] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const rows = [...report.conversations.rows, ...more]
  const rest = report.conversations.count - rows.length
  const restTokens = rows.reduce((left, each) => left - totalTokens(each), totalTokens(report.totals))
  const maxCost = Math.max(...rows.map(({ cost }) => costInDisplayCurrency(cost, rate)), 0)
  const load = async () => {
    if (cursor === null || loading) return
    setLoading(true)
    setProblem(null)
    try {
      const path = `/api/usage/conversations?${toQueryString(filters, { cursor })}`
      const page = await client().read(conversationUsagePage, path)
      const shown = new Set(rows.map(({ conversationId }) => conversationId))
      // A changed exchange rate changes the order, so a page can repeat rows.
      setMore([...more, ...page.rows.filter(({ conversationId }) => !shown.has(conversationId))])
      setCursor(page.nextCursor)
      focusAfter(`tbody tr:nth-child(${rows.length + 1}) :is(a, button)`)
    } catch (error) {
      setProblem(problemFrom(error).message)
    }
    setLoading(false)
  }
  return (
    <PageSection title="By conversation">
      <div ref={container}>
        <FigureTable
          caption="Usage by conversation, most expensive first"
          headings={['Conversation', 'Cost', 'Tokens', 'Replies']}
          rows={rows.map((each) => ({
            key: each.conversationId,
            name: <Name conversation={each} onSelect={filters.conversation ? null : onSelect} />,
            cells: [formatCost(each, rate), formatCompact(totalTokens(each)), each.generations.toLocaleString()],
            share: maxCost > 0 ? costInDisplayCurrency(each.cost, rate) / maxCost : 0,
          }))}
        />
        {rest > 0 ? (
          <div className="mt-3 flex flex-wrap items-center gap-3">
            {cursor === null ? null : (
              <Button onClick={load} aria-disabled={loading}>
                {loading ? 'Loading…' : 'Show more'}
              </Button>
            )}
            <p className="tabular-nums text-ink-quiet text-small">
              and {rest.toLocaleString()} more with {formatCompact(Math.max(restTokens, 0))} tokens
            </p>
          </div>
        ) : null}
        {problem ? (
          <p role="alert" className="mt-2 text-danger text-small">
            {problem}
          </p>
        ) : null}
      </div>
    </PageSection>
  )
}

/** The name of a conversation, with a button that filters by it. */
function Name({
  conversation,
  onSelect,
}: {
  conversation: ConversationUsage
  onSelect: ((conversationId: string) => void) | null
}) {
  const { conversationId, title } = conversation
  const name = conversationName(conversation)
  return (
    <span className="flex items-start gap-1">
      {title === null ? (
        <span className="text-ink-quiet">{name}</span>
      ) : (
        <Link
          href={`/c/${conversationId}`}
          dir="auto"
          className="touch:py-3 rounded-small underline-offset-2 hover:underline"
        >
          {name}
        </Link>
      )}
      {onSelect ? (
        <button
          type="button"
          aria-label={`Show only: ${name}`}
          {...tooltip('Show only this one')}
          className="-my-1 inline-flex size-7 touch:size-11 shrink-0 items-center justify-center rounded-small text-ink-quiet transition-colors hover:bg-surface-raised hover:text-ink"
          onClick={() => onSelect(conversationId)}
        >
          <Funnel size={14} aria-hidden="true" />
        </button>
      ) : null}
    </span>
  )
}
