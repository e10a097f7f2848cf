import { formatPercent } from '@/components/format/numbers'
import { type ModelUsage, speedBounds, waitBounds } from '@/lib/protocol/billing/usage'
import { FigureTable } from './figure-table'
import { formatSpeed, formatWait } from './figures'

export type Measure = 'waits' | 'speeds'
export const measures: Record<Measure, string> = { waits: 'Time to first token', speeds: 'Tokens per second' }

/** The tables behind the histograms: a row per model, and the buckets of the models that have a chart. */
export function DistributionTables({
  models,
  chartCount,
  measure,
  modelName,
}: {
  models: ModelUsage[]
  /** How many of the models have a chart. */
  chartCount: number
  measure: Measure
  modelName(id: string): string
}) {
  const format = measure === 'waits' ? formatWait : formatSpeed
  return (
    <div className="space-y-6">
      <FigureTable
        caption={`${measures[measure]} by model`}
        headings={['Model', 'Median', formatPercent(0.1), formatPercent(0.9), 'Replies']}
        rows={models.map((each) => ({
          key: `${each.providerId} ${each.model}`,
          name: modelName(each.model),
          cells: [
            format(each[measure]),
            format(each[measure], 0.1),
            format(each[measure], 0.9),
            each[measure].reduce((sum, count) => sum + count, 0).toLocaleString(),
          ],
        }))}
      />
      {models.slice(0, chartCount).map((each) => (
        <FigureTable
          key={`${each.providerId} ${each.model}`}
          caption={`${measures[measure]} of ${modelName(each.model)}`}
          headings={[modelName(each.model), 'Replies']}
          rows={each[measure].map((count, bucket) => ({
            key: String(bucket),
            name: bucketName(measure, bucket).long,
            cells: [count.toLocaleString()],
          }))}
        />
      ))}
    </div>
  )
}

/** `<0.5 s` for the axis, `0.2 to 0.5 s` for text. */
export function bucketName(measure: Measure, bucket: number): { short: string; long: string } {
  const bounds = measure === 'waits' ? waitBounds : speedBounds
  const format = (value: number) => String(measure === 'waits' ? value / 1000 : value)
  const unit = measure === 'waits' ? 's' : 'tokens per second'
  const [low, high] = [bounds[bucket - 1], bounds[bucket]]
  if (high === undefined)
    return {
      short: measure === 'waits' ? `${format(low ?? 0)} s +` : `${format(low ?? 0)}+`,
      long: `${format(low ?? 0)} ${unit} or more`,
    }
  return {
    short: measure === 'waits' ? `<${format(high)} s` : `<${format(high)}`,
    long: `${format(low ?? 0)} to ${format(high)} ${unit}`,
  }
}
