'use client'
import Link from 'next/link'
import { useRef, useState } from 'react'
import { Page } from '@/components/page/page'
import { Button } from '@/components/ui/button'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { useConversations } from '@/lib/client/state/context'
import type { UsageReport } from '@/lib/protocol/billing/usage'
import { ExportLinks } from './export-links'
import { defaultFilters, isFiltered, type UsageFilters } from './filter-state'
import { type Choice, Filters } from './filters'
import { conversationName, useNames } from './names'
import { useReport } from './use-report'

const lazyReport = lazyComponent(() => import('./report').then((module) => module.Report))

/** The usage page. Its charts load separately. */
export function UsagePage() {
  const timeZone = useConversations((state) => state.settings.timeZone)
  const [filters, setFilters] = useState(() => defaultFilters(timeZone))
  const { report, loading, problem, retry } = useReport(filters)
  const { component: Report } = lazyReport.useComponent()
  const choices = useChoices(report, filters)
  const conversationField = useRef<HTMLSelectElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const showConversation = (conversation: string) => {
    setFilters({ ...filters, conversation })
    // The button disappears; this field undoes the choice.
    conversationField.current?.focus()
  }
  return (
    <Page title="Usage" className="space-y-8">
      <div>
        <div className="flex flex-wrap items-center justify-between gap-x-4">
          <h1 ref={heading} tabIndex={-1} className="font-strong text-title outline-none">
            Usage
          </h1>
          <ExportLinks filters={filters} />
        </div>
        <Link
          href="/lab"
          className="inline-flex touch:min-h-11 items-center rounded-small text-accent text-small underline underline-offset-2"
        >
          Lab: compare speed →
        </Link>
      </div>
      <Filters
        filters={filters}
        timeZone={timeZone}
        {...choices}
        conversationField={conversationField}
        onChange={setFilters}
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
        <NoUsage filtered={isFiltered(filters)} />
      ) : (
        <div aria-busy={loading} className={`space-y-10 transition-opacity ${loading ? 'opacity-60' : ''}`}>
          <Report report={report} filters={filters} onConversation={showConversation} />
        </div>
      )}
    </Page>
  )
}

/** The options of the filters: all models and providers of the period and its most expensive conversations, also if unselected. */
function useChoices(
  report: UsageReport | null,
  filters: UsageFilters,
): Record<'models' | 'providers' | 'conversations', Choice[]> {
  const { model, provider, conversation } = filters
  const { modelName, providerName } = useNames()
  const [all, setAll] = useState<UsageReport | null>(null)
  if (report && report !== all && !isFiltered(filters)) setAll(report)
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

function NoUsage({ filtered }: { filtered: boolean }) {
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
