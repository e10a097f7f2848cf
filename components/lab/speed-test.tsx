'use client'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useExchangeRate } from '@/components/usage/cost'
import { type FigureRow, FigureTable } from '@/components/usage/figure-table'
import { useConversations } from '@/lib/client/state/context'
import type { Rate } from '@/lib/protocol/billing/money'
import { formatDuration, formatMeasuredCost, formatTokenCount, formatTokensPerSecond, stateNames } from './format'
import { type Measurement, measure } from './measure'
import { ModelChoices } from './model-choices'
import { useExperiment } from './use-experiment'

const prompt = 'Write the numbers from one to fifty in words, separated by commas.'

/** Sends the same short prompt to several models, one after another, so that none slows down another. */
export function SpeedTest({ onSaved }: { onSaved(): void }) {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  const [selected, setSelected] = useState<string[]>([])
  const { results, running, problem, run, stop } = useExperiment(onSaved)
  const rate = useExchangeRate()
  useEffect(() => {
    // The page may have been rendered with a truncated list.
    void loadModels()
  }, [loadModels])
  const names = new Map(models?.groups.flatMap((group) => group.models.map(({ id, name }) => [id, name] as const)))
  const start = () =>
    run(`Speed of ${formatModels(selected.length)}`, async ({ conversationId, signal, show }) => {
      for (const model of selected) {
        if (signal.aborted) return
        await measure({ conversationId, model, text: prompt, stream: true }, signal, show(model))
      }
    })
  const rows = Object.entries(results).map(([model, result]) => toRow(model, names.get(model) ?? model, result, rate))
  return (
    <div>
      <fieldset
        disabled={running}
        className="relative max-h-64 overflow-y-auto rounded-small border border-line px-3 py-2"
      >
        <legend className="px-1 text-ink-quiet text-note">Models</legend>
        {models?.groups.map((group) => (
          <ModelChoices key={group.providerId} group={group} selected={selected} onSelect={setSelected} />
        )) ?? <p className="text-ink-quiet text-small">Loading models…</p>}
      </fieldset>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        {running ? (
          <Button onClick={stop}>Stop test</Button>
        ) : (
          <Button variant="primary" disabled={selected.length === 0} onClick={start}>
            Test {selected.length === 0 ? 'models' : formatModels(selected.length)}
          </Button>
        )}
        <span className="text-ink-quiet text-note">
          {selected.length === 0
            ? 'Select one or more models.'
            : `Costs as much as ${selected.length === 1 ? 'one short reply' : `${selected.length} short replies`}.`}
        </span>
      </div>
      {problem ? (
        <p role="alert" className="mt-3 text-danger text-small">
          {problem}
        </p>
      ) : null}
      <p role="status" className="sr-only">
        {running ? `Testing ${rows.length} of ${selected.length}` : rows.length > 0 ? 'Done' : ''}
      </p>
      {rows.length > 0 ? (
        <div className="mt-5">
          <FigureTable
            caption="Model speed"
            headings={['Model', 'First token', 'Tokens/s', 'Total', 'Tokens', 'Cost']}
            wideColumns={[4]}
            rows={rows}
          />
        </div>
      ) : null}
    </div>
  )
}

function toRow(key: string, name: string, result: Measurement, rate: Rate): FigureRow {
  return {
    key,
    name: (
      <>
        {name}
        <span className={`block text-note ${result.problem ? 'text-danger' : 'text-ink-quiet'}`}>
          {result.problem ?? stateNames[result.state]}
        </span>
      </>
    ),
    cells: [
      formatDuration(result.firstTextMs),
      formatTokensPerSecond(result),
      formatDuration(result.totalMs),
      formatTokenCount(result),
      formatMeasuredCost(result, rate),
    ],
  }
}

function formatModels(count: number): string {
  return count === 1 ? '1 model' : `${count} models`
}
