'use client'
import { useState } from 'react'
import { SegmentedControl } from '@/components/ui/segmented-control'
import { type ModelUsage, speedBounds, waitBounds } from '@/lib/protocol/billing/usage'
import { BarChart } from './bar-chart'
import { ChartSection } from './chart-section'
import { bucketName, DistributionTables, type Measure, measures } from './distribution-tables'
import { replies, speedWords, waitWords } from './figures'

const MODELS_SHOWN = 4

/** How long each model's first token took, and how fast it writes: how often which. */
export function Distributions({ models, modelName }: { models: ModelUsage[]; modelName(id: string): string }) {
  const [measure, setMeasure] = useState<Measure>('waits')
  const bounds = measure === 'waits' ? waitBounds : speedBounds
  const counted = models.filter((each) => each[measure].some((count) => count > 0))
  const words = measure === 'waits' ? waitWords : speedWords
  return (
    <ChartSection
      title="Model speed"
      words="Medians are approximate. Replies that never produced any text aren’t counted."
      aside={<SegmentedControl label="Measure" options={measures} value={measure} onChange={setMeasure} />}
      chart={
        counted.length === 0 ? (
          <p className="text-ink-quiet text-small">No replies in this period were long enough to measure.</p>
        ) : (
          <div className="space-y-6">
            {counted.slice(0, MODELS_SHOWN).map((each) => (
              <figure key={`${each.providerId} ${each.model}`}>
                <figcaption className="mb-2 text-small">
                  <span className="wrap-anywhere font-strong">{modelName(each.model)}</span>
                  <span className="numbers text-ink-quiet">
                    {' '}
                    · median {words(each[measure])} · 90% {measure === 'waits' ? 'under' : 'over'}{' '}
                    {words(each[measure], measure === 'waits' ? 0.9 : 0.1)}
                  </span>
                </figcaption>
                <BarChart
                  height={120}
                  label={`${measures[measure]} of ${modelName(each.model)}: median ${words(each[measure])}.`}
                  bars={each[measure].map((count, bucket) => {
                    const name = bucketName(bounds, bucket, measure)
                    return {
                      key: String(bucket),
                      label: name.short,
                      value: count,
                      words: `${name.long}: ${replies(count)}`,
                    }
                  })}
                  tick={(value) => (Number.isInteger(value) ? value.toLocaleString() : '')}
                />
              </figure>
            ))}
          </div>
        )
      }
      table={<DistributionTables models={counted} shown={MODELS_SHOWN} measure={measure} modelName={modelName} />}
    />
  )
}
