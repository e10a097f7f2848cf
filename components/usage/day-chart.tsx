'use client'
import { useState } from 'react'
import { SegmentedControl } from '@/components/ui/segmented-control'
import { formatMoney, type Rate } from '@/lib/protocol/billing/money'
import type { UsageReport } from '@/lib/protocol/billing/usage'
import { BarChart } from './bar-chart'
import { costInDisplayCurrency, formatCost } from './cost'
import { FigureTable } from './figure-table'
import { formatCompact, formatReplies, type Period, periodsBetween, totalTokens } from './figures'
import { ChartSection } from './page-section'

type Measure = 'cost' | 'tokens'
const measures: Record<Measure, string> = { cost: 'Cost', tokens: 'Tokens' }

/** Cost or tokens by day, or by month for long ranges. */
export function DayChart({ report, rate }: { report: UsageReport; rate: Rate }) {
  const [chosen, setChosen] = useState<Measure | null>(null)
  const measure = chosen ?? (costInDisplayCurrency(report.totals.cost, rate) > 0 ? 'cost' : 'tokens')
  const periods = periodsBetween(report.from, report.to, report.days)
  const isMonthly = periods[0]?.key.length === 7
  const title = isMonthly ? 'By month' : 'By day'
  return (
    <ChartSection
      title={title}
      aside={<SegmentedControl label="Show" options={measures} value={measure} onChange={setChosen} />}
      chart={
        <BarChart
          label={`${measures[measure]} ${title.toLowerCase()}.`}
          bars={periods.map((period) => toBar(period, measure, rate))}
          formatTick={(value) => (measure === 'tokens' ? formatCompact(value) : formatCostTick(value, rate))}
        />
      }
      table={
        <FigureTable
          caption={`Usage ${title.toLowerCase()}`}
          headings={[isMonthly ? 'Month' : 'Day', 'Cost', 'Tokens', 'Replies']}
          rows={periods.flatMap(({ key, name, figures }) => {
            if (!figures) return []
            const tokens = totalTokens(figures).toLocaleString()
            return { key, name, cells: [formatCost(figures, rate), tokens, figures.generations.toLocaleString()] }
          })}
        />
      }
    />
  )
}

function toBar({ key, label, name, figures }: Period, measure: Measure, rate: Rate) {
  if (!figures) return { key, label, value: 0, description: `${name}: no usage` }
  const tokens = totalTokens(figures)
  return {
    key,
    label,
    value: measure === 'cost' ? costInDisplayCurrency(figures.cost, rate) : tokens,
    description: `${name}: ${formatCost(figures, rate)} · ${tokens.toLocaleString()} tokens · ${formatReplies(figures.generations)}`,
  }
}

function formatCostTick(value: number, rate: Rate): string {
  const picos = BigInt(Math.round(value * 1e9)) * 1000n
  return formatMoney({ picos, currency: rate.currency }, { fine: value > 0 && value < 0.1 })
}
