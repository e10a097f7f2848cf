'use client'
import Link from 'next/link'
import type { UsageReport } from '@/lib/protocol/billing/usage'
import { Part } from './chart-section'
import { Conversations } from './conversations'
import { DayChart } from './day-chart'
import { Distributions } from './distributions'
import { type FigureRow, FigureTable } from './figure-table'
import { replies, shareWords, shortNumber, tokensOf, waitWords } from './figures'
import { costLength, costWords, useRate } from './money'
import { useNames } from './names'
import type { Wanted } from './query'

/** What was used: tiles, and the same by day, model, provider and conversation. Its code comes with its charts. */
export function Report({
  report,
  wanted,
  onConversation,
}: {
  report: UsageReport
  wanted: Wanted
  onConversation(id: string): void
}) {
  const rate = useRate()
  const { totals, models, providers } = report
  const { modelName, providerName } = useNames()
  /** With the provider where two have a model of the same name. */
  const nameOf = ({ model, providerId }: (typeof models)[number]) => {
    const name = modelName(model)
    const twice = models.filter((each) => modelName(each.model) === name).length > 1
    return twice ? `${name} · ${providerName(providerId)}` : name
  }
  const heads = ['Cost', 'Tokens', 'Replies', 'Completed']
  const byCost = <Row extends (typeof providers)[number]>(all: Row[]) => all.toSorted((a, b) => weight(b) - weight(a))
  const most = (all: typeof providers) => Math.max(...all.map((each) => weight(each)), 0)
  const weight = (each: (typeof providers)[number]) => costLength(each.cost, rate)
  const row = (key: string, name: string, each: (typeof providers)[number], max: number): FigureRow => ({
    key,
    name,
    cells: [
      costWords(each, rate),
      shortNumber(tokensOf(each)),
      each.generations.toLocaleString(),
      shareWords(each.completed, each.generations),
    ],
    share: max > 0 ? weight(each) / max : 0,
  })
  return (
    <>
      <Tiles report={report} />
      <DayChart report={report} rate={rate} />
      <Part title="By model">
        <FigureTable
          caption="Usage by model"
          heads={['Model', ...heads]}
          wide={[4]}
          rows={byCost(models).map((each) => row(`${each.providerId} ${each.model}`, nameOf(each), each, most(models)))}
        />
      </Part>
      <Part title="By provider">
        <FigureTable
          caption="Usage by provider"
          heads={['Provider', ...heads]}
          wide={[4]}
          rows={byCost(providers).map((each) =>
            row(each.providerId, providerName(each.providerId), each, most(providers)),
          )}
        />
      </Part>
      <Conversations
        key={JSON.stringify(wanted)}
        report={report}
        wanted={wanted}
        rate={rate}
        onConversation={onConversation}
      />
      <Distributions models={models} modelName={modelName} />
      <Part title="How replies ended">
        <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-5">
          <Tile name="Completed" value={shareWords(totals.completed, totals.generations)} />
          <Tile name="Retried" value={shareWords(totals.retried, totals.generations)} />
          <Tile name="Interrupted" value={shareWords(totals.interrupted, totals.generations)} />
          <Tile name="Stopped" value={shareWords(totals.stopped, totals.generations)} />
          <Tile name="Failed" value={shareWords(totals.failed, totals.generations)} />
        </dl>
      </Part>
    </>
  )
}

function Tiles({ report: { totals } }: { report: UsageReport }) {
  const rate = useRate()
  return (
    <div>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Tile large name="Cost" value={costWords(totals, rate)} />
        <Tile large name="Tokens" value={shortNumber(tokensOf(totals))} />
        <Tile large name="Replies" value={totals.generations.toLocaleString()} />
        <Tile large name="Median time to first token" value={waitWords(totals.waits)} />
      </dl>
      <p className="mt-3 max-w-measure text-ink-quiet text-note">
        {totals.unpriced > 0 ? (
          <>
            {replies(totals.unpriced)} {totals.unpriced === 1 ? 'has no price and isn’t' : 'have no price and aren’t'}{' '}
            in the cost.{' '}
            <Link href="/settings/prices" className="text-accent underline underline-offset-2">
              Add prices
            </Link>
            {'. '}
          </>
        ) : null}
        {totals.estimated > 0
          ? `Tokens of ${replies(totals.estimated)} are estimated, because the provider didn’t report them.`
          : null}
      </p>
    </div>
  )
}

function Tile({ name, value, large }: { name: string; value: string; large?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="text-ink-quiet text-note">{name}</dt>
      <dd className={`numbers wrap-anywhere font-strong ${large ? 'text-lead' : ''}`}>{value}</dd>
    </div>
  )
}
