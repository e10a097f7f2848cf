'use client'
import Link from 'next/link'
import { useRef, useState } from 'react'
import { Page } from '@/components/page/page'
import { Button } from '@/components/ui/button'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { useConversations } from '@/lib/client/state/context'
import type { UsageReport } from '@/lib/protocol/billing/usage'
import { ExportLinks } from './export-links'
import { type Choice, Filters } from './filters'
import { conversationName, useNames } from './names'
import { isFiltered, type Wanted, wantedAtFirst } from './query'
import { useReport } from './use-report'

const charts = lazyComponent(() => import('./report').then((module) => module.Report))

/** What was used and what it cost. */
export function UsagePage() {
  const timeZone = useConversations((state) => state.settings.timeZone)
  const [wanted, setWanted] = useState(() => wantedAtFirst(timeZone))
  const { report, loading, problem, retry } = useReport(wanted)
  const { component: Report } = charts.useComponent()
  const choices = useChoices(report, wanted)
  const conversationField = useRef<HTMLSelectElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const showOnly = (conversation: string) => {
    setWanted({ ...wanted, conversation })
    // The button is gone then, and this is where the choice is undone.
    conversationField.current?.focus()
  }
  return (
    <Page title="Usage" className="space-y-8">
      <div>
        <div className="flex flex-wrap items-center justify-between gap-x-4">
          <h1 ref={heading} tabIndex={-1} className="font-strong text-title outline-none">
            Usage
          </h1>
          <ExportLinks wanted={wanted} />
        </div>
        <Link
          href="/lab"
          className="inline-flex touch:min-h-11 items-center rounded-small text-accent text-small underline underline-offset-2"
        >
          Lab: compare speed →
        </Link>
      </div>
      <Filters
        wanted={wanted}
        timeZone={timeZone}
        {...choices}
        conversationField={conversationField}
        onChange={setWanted}
      />
      <p role="status" className="sr-only">
        {loading ? 'Loading usage…' : ''}
      </p>
      {problem ? (
        <div role="alert">
          <p className="max-w-measure text-danger">{problem}</p>
          <Button
            className="mt-4"
            onClick={() => {
              heading.current?.focus()
              retry()
            }}
          >
            Try again
          </Button>
        </div>
      ) : !report || !Report ? (
        <Skeleton />
      ) : report.totals.generations === 0 ? (
        <Nothing filtered={isFiltered(wanted)} />
      ) : (
        <div aria-busy={loading} className={`space-y-10 transition-opacity ${loading ? 'opacity-60' : ''}`}>
          <Report report={report} wanted={wanted} onConversation={showOnly} />
        </div>
      )}
    </Page>
  )
}

/** Every model and provider of the days that are shown, and the most expensive conversations, whichever of them are chosen. */
function useChoices(
  report: UsageReport | null,
  wanted: Wanted,
): Record<'models' | 'providers' | 'conversations', Choice[]> {
  const { model, provider, conversation } = wanted
  const { modelName, providerName } = useNames()
  const [all, setAll] = useState<UsageReport | null>(null)
  if (report && report !== all && !isFiltered(wanted)) setAll(report)
  const models = new Set([...(all?.models.map((each) => each.model) ?? []), ...(model ? [model] : [])])
  const providers = new Set([
    ...(all?.providers.map(({ providerId }) => providerId) ?? []),
    ...(provider ? [provider] : []),
  ])
  const conversations = new Map(
    [all, report]
      .flatMap((each) => each?.conversations.rows ?? [])
      .map((each) => [each.conversationId, conversationName(each)]),
  )
  if (conversation && !conversations.has(conversation)) conversations.set(conversation, 'Selected conversation')
  return {
    conversations: Array.from(conversations, ([value, name]) => ({ value, name })),
    models: Array.from(models, (value) => ({ value, name: modelName(value) })),
    providers: Array.from(providers, (value) => ({ value, name: providerName(value) })),
  }
}

function Nothing({ filtered }: { filtered: boolean }) {
  return (
    <div className="py-10">
      <p className="font-strong text-lead">No usage in this period</p>
      <p className="mt-2 max-w-measure text-ink-quiet">
        {filtered
          ? 'Nothing matches these filters. Choose more days, or all models, providers, and conversations.'
          : 'Once you send a prompt, its time and cost will show up here. Choose more days to look further back.'}
      </p>
    </div>
  )
}

function Skeleton() {
  return (
    <div aria-hidden="true" className="animate-pulse space-y-10">
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        {['cost', 'tokens', 'answers', 'wait'].map((tile) => (
          <div key={tile} className="h-14 rounded-small bg-surface-raised" />
        ))}
      </div>
      <div className="h-52 rounded-small bg-surface-raised" />
      <div className="h-32 rounded-small bg-surface-raised" />
    </div>
  )
}
