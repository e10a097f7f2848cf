'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { ApiError, problemFrom } from '@/lib/client/transport/api-calls'
import { isRate } from '@/lib/protocol/billing/money'

export interface CurrencyDraft {
  currency: string
  rate: string
}

/**
 * The currency and the rate that were entered and aren't saved yet. They are saved on request and when the page is left. A
 * draft that could not be saved stays, with the problem.
 */
export function useCurrencyDraft() {
  const saveTyped = useConversations((state) => state.saveTyped)
  const notify = useConversations((state) => state.notify)
  const [draft, setDraft] = useState<CurrencyDraft | null>(null)
  const [error, setError] = useState<unknown>(null)
  /** The current draft, the one that is being saved, and whether a conflict waits for the person's choice. */
  const latest = useRef<{ draft: CurrencyDraft | null; sent: CurrencyDraft | null; conflict: boolean }>({
    draft: null,
    sent: null,
    conflict: false,
  })
  const change = useCallback((next: CurrencyDraft | null) => {
    latest.current = { draft: next, sent: null, conflict: false }
    setDraft(next)
    setError(null)
  }, [])
  /** Saves the draft if it is valid. Returns the error, which is also shown, or null. */
  const save = useCallback(async (): Promise<unknown> => {
    const { draft: typed, sent } = latest.current
    if (!typed || typed === sent || !isRate(typed.rate)) return null
    latest.current = { draft: typed, sent: typed, conflict: false }
    try {
      await saveTyped({ currency: typed.currency, exchangeRate: typed.rate })
      if (latest.current.draft === typed) change(null)
      return null
    } catch (failure) {
      // A newer draft has a save of its own.
      if (latest.current.draft !== typed) return null
      latest.current = { draft: typed, sent: null, conflict: isConflict(failure) }
      setError(failure)
      return failure
    }
  }, [saveTyped, change])
  /** Saves when the field or the page is left, but not during a conflict: leaving isn't a choice. */
  const saveOnLeave = useCallback(async () => (latest.current.conflict ? null : save()), [save])
  useEffect(() => {
    const onPageLeave = async () => {
      const failure = await saveOnLeave()
      if (failure === null) return
      const text = `Couldn’t save the exchange rate. ${problemFrom(failure).message}`
      notify({ id: 'settings', text, tone: 'danger' })
    }
    // beforeunload comes before the next page is requested; some browsers only send pagehide.
    const events = ['beforeunload', 'pagehide']
    for (const event of events) addEventListener(event, onPageLeave)
    return () => {
      for (const event of events) removeEventListener(event, onPageLeave)
      void onPageLeave()
    }
  }, [saveOnLeave, notify])
  return {
    draft,
    problem: error ? problemFrom(error).message : null,
    conflict: isConflict(error),
    change,
    save: () => void save(),
    saveOnLeave: () => void saveOnLeave(),
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409
}
