'use client'
import { useEffect, useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import { type UsageReport, usageReport } from '@/lib/protocol/billing/usage'
import { rangeProblem, toQueryString, type UsageFilters } from './filter-state'

export interface ReportState {
  /** The last report; it stays while the next one loads. */
  report: UsageReport | null
  loading: boolean
  problem: string | null
  retry(): void
}

/** Loads the usage report, again whenever the filters change. */
export function useReport(filters: UsageFilters): ReportState {
  const [state, setState] = useState<Omit<ReportState, 'retry'>>({ report: null, loading: true, problem: null })
  const [attempt, setAttempt] = useState(0)
  const query = rangeProblem(filters) === null ? toQueryString(filters) : null
  // biome-ignore lint/correctness/useExhaustiveDependencies: a retry repeats the same query.
  useEffect(() => {
    if (query === null) return
    let current = true
    setState((previous) => ({ ...previous, loading: true, problem: null }))
    client()
      .read(usageReport, `/api/usage?${query}`)
      .then(
        (report) => current && setState({ report, loading: false, problem: null }),
        (error: unknown) => current && setState({ report: null, loading: false, problem: problemFrom(error).message }),
      )
    return () => {
      current = false
    }
  }, [query, attempt])
  return { ...state, retry: () => setAttempt((count) => count + 1) }
}
