'use client'
import { useState } from 'react'
import { SegmentedControl } from '@/components/ui/segmented-control'
import type { ModelUsage } from '@/lib/protocol/billing/usage'
import { BarChart } from './bar-chart'
import { bucketName, DistributionTables, type Measure, measures } from './distribution-tables'
import { formatReplies, formatSpeed, formatWait } from './figures'
import { ChartSection } from './page-section'

const MAX_CHARTS = 4

/** Histograms of the time to first token and of the speed, by model. */
export function Distributions({ models, modelName }: { models: ModelUsage[]; modelName(id: string): string }) {
  const [measure, setMeasure] = useState<Measure>('waits')
  const measured = models.filter((each) => each[measure].some((count) => count > 0))
  return (
    <ChartSection
      title="Model speed"
      description="Medians are approximate. Replies that never produced any text aren’t counted."
      aside={<SegmentedControl label="Measure" options={measures} value={measure} onChange={setMeasure} />}
      chart={
        measured.length === 0 ? (
          <p className="text-ink-quiet text-small">No replies in this period were long enough to measure.</p>
        ) : (
          <div className="space-y-6">
            {measured.slice(0, MAX_CHARTS).map((each) => (
              <Histogram
                key={`${each.providerId} ${each.model}`}
                name={modelName(each.model)}
                counts={each[measure]}
                measure={measure}
              />
            ))}
          </div>
        )
      }
      table={<DistributionTables models={measured} chartCount={MAX_CHARTS} measure={measure} modelName={modelName} />}
    />
  )
}

function Histogram({ name, counts, measure }: { name: string; counts: number[]; measure: Measure }) {
  const format = measure === 'waits' ? formatWait : formatSpeed
  return (
    <figure>
      <figcaption className="mb-2 text-small">
        <span className="wrap-anywhere font-strong">{name}</span>
        <span className="tabular-nums text-ink-quiet">
          {' '}
          · median {format(counts)} · 90% {measure === 'waits' ? 'under' : 'over'}{' '}
          {format(counts, measure === 'waits' ? 0.9 : 0.1)}
        </span>
      </figcaption>
      <BarChart
        height={120}
        label={`${measures[measure]} of ${name}: median ${format(counts)}.`}
        bars={counts.map((count, bucket) => {
          const { short, long } = bucketName(measure, bucket)
          return {
            key: String(bucket),
            label: short,
            value: count,
            description: `${long}: ${formatReplies(count)}`,
          }
        })}
        formatTick={(value) => (Number.isInteger(value) ? value.toLocaleString() : '')}
      />
    </figure>
  )
}
