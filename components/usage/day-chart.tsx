'use client'
import { useState } from 'react'
import { SegmentedControl } from '@/components/ui/segmented-control'
import { formatMoney, type Rate } from '@/lib/protocol/billing/money'
import type { UsageReport } from '@/lib/protocol/billing/usage'
import { BarChart } from './bar-chart'
import { ChartSection } from './chart-section'
import { FigureTable } from './figure-table'
import { periodsOf, replies, shortNumber, tokensOf } from './figures'
import { costLength, costWords } from './money'

type Measure = 'cost' | 'tokens'
const measures: Record<Measure, string> = { cost: 'Cost', tokens: 'Tokens' }

/** Cost or tokens of each day, or of each month when the days are many. */
export function DayChart({ report, rate }: { report: UsageReport; rate: Rate }) {
  const [chosen, setChosen] = useState<Measure | null>(null)
  const measure = chosen ?? (costLength(report.totals.cost, rate) > 0 ? 'cost' : 'tokens')
  const periods = periodsOf(report.from, report.to, report.days)
  const monthly = periods[0]?.key.length === 7
  const bars = periods.map(({ key, label, name, figures }) => ({
    key,
    label,
    value: figures === null ? 0 : measure === 'cost' ? costLength(figures.cost, rate) : tokensOf(figures),
    words: figures
      ? `${name}: ${costWords(figures, rate)} · ${tokensOf(figures).toLocaleString()} tokens · ${replies(figures.generations)}`
      : `${name}: no usage`,
  }))
  const title = monthly ? 'By month' : 'By day'
  return (
    <ChartSection
      title={title}
      aside={<SegmentedControl label="Show" options={measures} value={measure} onChange={setChosen} />}
      chart={
        <BarChart
          label={`${measures[measure]} ${title.toLowerCase()}.`}
          bars={bars}
          tick={(value) =>
            measure === 'tokens'
              ? shortNumber(value)
              : formatMoney(
                  { picos: BigInt(Math.round(value * 1e9)) * 1000n, currency: rate.currency },
                  { fine: value > 0 && value < 0.1 },
                )
          }
        />
      }
      table={
        <FigureTable
          caption={`Usage ${title.toLowerCase()}`}
          heads={[monthly ? 'Month' : 'Day', 'Cost', 'Tokens', 'Replies']}
          rows={periods.flatMap(({ key, name, figures }) =>
            figures
              ? {
                  key,
                  name,
                  cells: [
                    costWords(figures, rate),
                    tokensOf(figures).toLocaleString(),
                    figures.generations.toLocaleString(),
                  ],
                }
              : [],
          )}
        />
      }
    />
  )
}
