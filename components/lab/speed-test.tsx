'use client'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { FigureTable } from '@/components/usage/figure-table'
import { useRate } from '@/components/usage/money'
import { useConversations } from '@/lib/client/state/context'
import { measure } from './measure'
import { ModelChoices } from './model-choices'
import { useRun } from './use-run'
import { paceWords, priceWords, stateWords, timeWords, tokenWords } from './words'

const prompt = 'Write the numbers from one to fifty in words, separated by commas.'

/** The same short prompt to several models, one after another so that none slows another down. */
export function SpeedTest({ onSaved }: { onSaved(): void }) {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  const [chosen, setChosen] = useState<string[]>([])
  const { results, running, problem, run, stop } = useRun(onSaved)
  const rate = useRate()
  useEffect(() => {
    // What came with the page may be the beginning only.
    void loadModels()
  }, [loadModels])
  const names = new Map(models?.groups.flatMap((group) => group.models.map(({ id, name }) => [id, name] as const)))
  const start = () =>
    run(`Speed of ${modelCount(chosen.length)}`, async ({ conversationId, signal, show }) => {
      for (const model of chosen) {
        if (signal.aborted) return
        await measure({ conversationId, model, text: prompt, stream: true }, signal, show(model))
      }
    })
  const rows = Object.entries(results).map(([model, result]) => ({
    key: model,
    name: (
      <>
        {names.get(model) ?? model}
        <span className={`block text-note ${result.problem ? 'text-danger' : 'text-ink-quiet'}`}>
          {result.problem ?? stateWords[result.state]}
        </span>
      </>
    ),
    cells: [
      timeWords(result.firstTextMs),
      paceWords(result),
      timeWords(result.totalMs),
      tokenWords(result),
      priceWords(result, rate),
    ],
  }))
  return (
    <div>
      <fieldset
        disabled={running}
        className="relative max-h-64 overflow-y-auto rounded-small border border-line px-3 py-2"
      >
        <legend className="px-1 text-ink-quiet text-note">Models</legend>
        {models?.groups.map((group) => (
          <ModelChoices key={group.providerId} group={group} chosen={chosen} onChoose={setChosen} />
        )) ?? <p className="text-ink-quiet text-small">Loading models…</p>}
      </fieldset>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        {running ? (
          <Button onClick={stop}>Stop test</Button>
        ) : (
          <Button variant="primary" disabled={chosen.length === 0} onClick={start}>
            Test {chosen.length === 0 ? 'models' : modelCount(chosen.length)}
          </Button>
        )}
        <span className="text-ink-quiet text-note">
          {chosen.length === 0
            ? 'Select one or more models.'
            : `Costs as much as ${chosen.length === 1 ? 'one short reply' : `${chosen.length} short replies`}.`}
        </span>
      </div>
      {problem ? (
        <p role="alert" className="mt-3 text-danger text-small">
          {problem}
        </p>
      ) : null}
      <p role="status" className="sr-only">
        {running ? `Testing ${rows.length} of ${chosen.length}` : rows.length > 0 ? 'Done' : ''}
      </p>
      {rows.length > 0 ? (
        <div className="mt-5">
          <FigureTable
            caption="Model speed"
            heads={['Model', 'First token', 'Tokens/s', 'Total', 'Tokens', 'Cost']}
            wide={[4]}
            rows={rows}
          />
        </div>
      ) : null}
    </div>
  )
}

function modelCount(count: number): string {
  return count === 1 ? '1 model' : `${count} models`
}
