'use client'
import Link from 'next/link'
import type { Rate } from '@/lib/protocol/billing/money'
import type { Figures, ModelUsage, UsageReport } from '@/lib/protocol/billing/usage'
import { Conversations } from './conversations'
import { costInDisplayCurrency, formatCost, useExchangeRate } from './cost'
import { DayChart } from './day-chart'
import { Distributions } from './distributions'
import { type FigureRow, FigureTable } from './figure-table'
import { formatCompact, formatReplies, formatShare, formatWait, totalTokens } from './figures'
import type { UsageFilters } from './filter-state'
import { useNames } from './names'
import { PageSection } from './page-section'

/** The report of a period: totals, and usage by day, model, provider, and conversation. */
export function Report({
  report,
  filters,
  onConversation,
}: {
  report: UsageReport
  filters: UsageFilters
  onConversation(id: string): void
}) {
  const rate = useExchangeRate()
  const { totals, models, providers } = report
  const { modelName, providerName } = useNames()
  /** Appends the provider to the names of models that share a name. */
  const uniqueName = ({ model, providerId }: ModelUsage) => {
    const name = modelName(model)
    const ambiguous = models.filter((each) => modelName(each.model) === name).length > 1
    return ambiguous ? `${name} · ${providerName(providerId)}` : name
  }
  return (
    <>
      <Totals totals={totals} rate={rate} />
      <DayChart report={report} rate={rate} />
      <PageSection title="By model">
        <FigureTable
          caption="Usage by model"
          headings={['Model', ...figureHeadings]}
          wideColumns={[4]}
          rows={rowsByCost(models, rate, (each) => [`${each.providerId} ${each.model}`, uniqueName(each)])}
        />
      </PageSection>
      <PageSection title="By provider">
        <FigureTable
          caption="Usage by provider"
          headings={['Provider', ...figureHeadings]}
          wideColumns={[4]}
          rows={rowsByCost(providers, rate, ({ providerId }) => [providerId, providerName(providerId)])}
        />
      </PageSection>
      <Conversations
        key={JSON.stringify(filters)}
        report={report}
        filters={filters}
        rate={rate}
        onSelect={onConversation}
      />
      <Distributions models={models} modelName={modelName} />
      <PageSection title="How replies ended">
        <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-5">
          <Tile name="Completed" value={formatShare(totals.completed, totals.generations)} />
          <Tile name="Retried" value={formatShare(totals.retried, totals.generations)} />
          <Tile name="Interrupted" value={formatShare(totals.interrupted, totals.generations)} />
          <Tile name="Stopped" value={formatShare(totals.stopped, totals.generations)} />
          <Tile name="Failed" value={formatShare(totals.failed, totals.generations)} />
        </dl>
      </PageSection>
    </>
  )
}

const figureHeadings = ['Cost', 'Tokens', 'Replies', 'Completed']

/** Table rows by cost, highest first, each with a bar for its share of the highest. */
function rowsByCost<Row extends Figures>(
  all: Row[],
  rate: Rate,
  identify: (row: Row) => [key: string, name: string],
): FigureRow[] {
  const cost = (row: Row) => costInDisplayCurrency(row.cost, rate)
  const maxCost = Math.max(...all.map(cost), 0)
  return all
    .toSorted((a, b) => cost(b) - cost(a))
    .map((row) => {
      const [key, name] = identify(row)
      const cells = [
        formatCost(row, rate),
        formatCompact(totalTokens(row)),
        row.generations.toLocaleString(),
        formatShare(row.completed, row.generations),
      ]
      return { key, name, cells, share: maxCost > 0 ? cost(row) / maxCost : 0 }
    })
}

function Totals({ totals, rate }: { totals: UsageReport['totals']; rate: Rate }) {
  return (
    <div>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Tile large name="Cost" value={formatCost(totals, rate)} />
        <Tile large name="Tokens" value={formatCompact(totalTokens(totals))} />
        <Tile large name="Replies" value={totals.generations.toLocaleString()} />
        <Tile large name="Median time to first token" value={formatWait(totals.waits)} />
      </dl>
      <p className="mt-3 max-w-measure text-ink-quiet text-note">
        {totals.unpriced > 0 ? (
          <>
            {formatReplies(totals.unpriced)}{' '}
            {totals.unpriced === 1 ? 'has no price and isn’t' : 'have no price and aren’t'} in the cost.{' '}
            <Link href="/settings/prices" className="text-accent underline underline-offset-2">
              Add prices
            </Link>
            {'. '}
          </>
        ) : null}
        {totals.estimated > 0
          ? `Tokens of ${formatReplies(totals.estimated)} are estimated, because the provider didn’t report them.`
          : null}
      </p>
    </div>
  )
}

function Tile({ name, value, large }: { name: string; value: string; large?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="text-ink-quiet text-note">{name}</dt>
      <dd className={`tabular-nums wrap-anywhere font-strong ${large ? 'text-lead' : ''}`}>{value}</dd>
    </div>
  )
}
