'use client'
import { useEffect, useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import { type UsageReport, usageReport } from '@/lib/protocol/billing/usage'
import { queryOf, rangeProblem, type Wanted } from './query'

export interface ReportState {
  /** The last one that came; it stays while the next is on its way. */
  report: UsageReport | null
  loading: boolean
  problem: string | null
  retry(): void
}

/** The report of what is wanted, asked for anew whenever that changes. */
export function useReport(wanted: Wanted): ReportState {
  const [state, setState] = useState<Omit<ReportState, 'retry'>>({ report: null, loading: true, problem: null })
  const [tries, setTries] = useState(0)
  const query = rangeProblem(wanted) === null ? queryOf(wanted) : null
  // biome-ignore lint/correctness/useExhaustiveDependencies: a retry is the same question asked again.
  useEffect(() => {
    if (query === null) return
    let current = true
    setState((before) => ({ ...before, loading: true, problem: null }))
    client()
      .read(usageReport, `/api/usage?${query}`)
      .then(
        (report) => current && setState({ report, loading: false, problem: null }),
        (error: unknown) => current && setState({ report: null, loading: false, problem: problemFrom(error).message }),
      )
    return () => {
      current = false
    }
  }, [query, tries])
  return { ...state, retry: () => setTries((count) => count + 1) }
}
