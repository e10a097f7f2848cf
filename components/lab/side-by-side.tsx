'use client'
import { useId, useState } from 'react'
import { ModelPicker } from '@/components/models/model-picker'
import { defaultModel } from '@/components/models/models'
import { Button } from '@/components/ui/button'
import { ElapsedSeconds } from '@/components/ui/elapsed-seconds'
import { StreamLine } from '@/components/ui/stream/stream-line'
import { fieldClassName } from '@/components/ui/text-field'
import { useExchangeRate } from '@/components/usage/cost'
import { useConversations } from '@/lib/client/state/context'
import { titleOf } from '@/lib/protocol/title'
import { formatDuration, formatMeasuredCost, formatTokenCount, stateNames } from './format'
import { type Measurement, measure } from './measure'
import { useExperiment } from './use-experiment'

const defaultPrompt = 'Explain in about two hundred words why the sky is blue.'
const modes = [
  { name: 'Streamed', stream: true },
  { name: 'All at once', stream: false },
]

/** Sends one prompt both ways, to show what streaming changes. */
export function SideBySide({ onSaved }: { onSaved(): void }) {
  const model = useConversations(defaultModel)
  const [chosen, setChosen] = useState<string | null>(null)
  const [text, setText] = useState(defaultPrompt)
  const [startedAt, setStartedAt] = useState(0)
  const { results, running, problem, run, stop } = useExperiment(onSaved)
  const promptId = useId()
  const selected = chosen ?? model
  const start = () => {
    if (!selected) return
    setStartedAt(Date.now())
    void run(titleOf(text), async ({ conversationId, signal, show }) => {
      await Promise.all(
        modes.map(({ name, stream }) => measure({ conversationId, model: selected, text, stream }, signal, show(name))),
      )
    })
  }
  return (
    <div>
      <label htmlFor={promptId} className="block font-strong text-small">
        Prompt
      </label>
      <textarea
        id={promptId}
        rows={2}
        dir="auto"
        value={text}
        onChange={({ target }) => setText(target.value)}
        className={`${fieldClassName} mt-1 h-auto! w-full py-2`}
      />
      <div className="mt-2 flex flex-wrap items-center gap-2">
        {running ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <Button variant="primary" disabled={!selected || text.trim() === ''} onClick={start}>
            Run comparison
          </Button>
        )}
        <ModelPicker value={selected} onChange={setChosen} />
        <span className="text-ink-quiet text-note">Costs as much as two replies.</span>
      </div>
      {problem ? (
        <p role="alert" className="mt-3 text-danger text-small">
          {problem}
        </p>
      ) : null}
      <div className="mt-5 grid gap-6 sm:grid-cols-2">
        {modes.map(({ name }) => {
          const result = results[name]
          return result ? <Result key={name} name={name} result={result} startedAt={startedAt} /> : null
        })}
      </div>
      <p role="status" className="mt-4 max-w-measure text-small">
        {running ? null : formatComparison(results.Streamed, results['All at once'])}
      </p>
    </div>
  )
}

function Result({ name, result, startedAt }: { name: string; result: Measurement; startedAt: number }) {
  const rate = useExchangeRate()
  const { state, firstTextMs, totalMs, text, problem } = result
  const facts = [
    ['Time to first token', formatDuration(firstTextMs)],
    ['Total', formatDuration(totalMs)],
    ['Tokens', formatTokenCount(result)],
    ['Cost', formatMeasuredCost(result, rate)],
  ]
  return (
    <section aria-label={name} className="min-w-0">
      <h3 className="font-strong text-small">
        {name}
        <span className="font-regular text-ink-quiet">
          {' '}
          · {stateNames[state]}
          {state === 'running' ? <ElapsedSeconds since={startedAt} /> : null}
        </span>
      </h3>
      <dl className="tabular-nums mt-2 grid grid-cols-2 gap-2 text-small">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt className="text-ink-quiet text-note">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="relative mt-3 h-48 ps-4">
        <StreamLine status={state} className="absolute inset-y-0 start-0 w-0.5" />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard. */}
        <section tabIndex={0} aria-label={`Text, ${name}`} className="h-full overflow-y-auto rounded-small">
          {problem ? <p className="mb-2 text-danger text-small">{problem}</p> : null}
          <p dir="auto" className="whitespace-pre-wrap text-small wrap-anywhere">
            {text}
          </p>
        </section>
      </div>
    </section>
  )
}

function formatComparison(streamed: Measurement | undefined, unstreamed: Measurement | undefined): string | null {
  if (streamed?.state !== 'completed' || unstreamed?.state !== 'completed') return null
  if (streamed.firstTextMs === null || unstreamed.firstTextMs === null) return null
  const differenceMs = unstreamed.firstTextMs - streamed.firstTextMs
  if (differenceMs < 100)
    return 'Both ways, the first words arrived at about the same time. This reply was too short to show a difference.'
  return `With streaming, the first words arrived ${formatDuration(differenceMs)} sooner.`
}
