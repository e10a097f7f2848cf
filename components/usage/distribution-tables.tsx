import { formatPercent } from '@/components/format/numbers'
import { type ModelUsage, speedBounds, waitBounds } from '@/lib/protocol/billing/usage'
import { FigureTable } from './figure-table'
import { speedWords, waitWords } from './figures'

export type Measure = 'waits' | 'speeds'
export const measures: Record<Measure, string> = { waits: 'Time to first token', speeds: 'Tokens per second' }

/** What stands behind the charts of distributions: every model in a line, and the steps of those that are charted. */
export function DistributionTables({
  models,
  shown,
  measure,
  modelName,
}: {
  models: ModelUsage[]
  /** How many of them are charted. */
  shown: number
  measure: Measure
  modelName(id: string): string
}) {
  const bounds = measure === 'waits' ? waitBounds : speedBounds
  const words = measure === 'waits' ? waitWords : speedWords
  return (
    <div className="space-y-6">
      <FigureTable
        caption={`${measures[measure]} by model`}
        heads={['Model', 'Median', formatPercent(0.1), formatPercent(0.9), 'Replies']}
        rows={models.map((each) => ({
          key: `${each.providerId} ${each.model}`,
          name: modelName(each.model),
          cells: [
            words(each[measure]),
            words(each[measure], 0.1),
            words(each[measure], 0.9),
            each[measure].reduce((sum, count) => sum + count, 0).toLocaleString(),
          ],
        }))}
      />
      {models.slice(0, shown).map((each) => (
        <FigureTable
          key={`${each.providerId} ${each.model}`}
          caption={`${measures[measure]} of ${modelName(each.model)}`}
          heads={[modelName(each.model), 'Replies']}
          rows={each[measure].map((count, bucket) => ({
            key: String(bucket),
            name: bucketName(bounds, bucket, measure).long,
            cells: [count.toLocaleString()],
          }))}
        />
      ))}
    </div>
  )
}

export function bucketName(bounds: number[], bucket: number, measure: Measure): { short: string; long: string } {
  const write = (value: number) => (measure === 'waits' ? inSeconds(value) : `${value}`)
  const unit = measure === 'waits' ? 's' : 'tokens per second'
  const [low, high] = [bounds[bucket - 1], bounds[bucket]]
  if (high === undefined)
    return {
      short: measure === 'waits' ? `${write(low ?? 0)} s +` : `${write(low ?? 0)}+`,
      long: `${write(low ?? 0)} ${unit} or more`,
    }
  return {
    short: measure === 'waits' ? `<${write(high)} s` : `<${write(high)}`,
    long: `${write(low ?? 0)} to ${write(high)} ${unit}`,
  }
}

function inSeconds(ms: number): string {
  return String(ms / 1000)
}
