'use client'
import { useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import type { Problem } from '@/lib/protocol/events'

/** An action of a form, such as saving it: whether it is pending, and the problem that it last failed with. */
export function useAction() {
  const [pending, setPending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  /** Runs the action, unless one is pending. Never rejects. */
  const run = async (action: () => Promise<void>): Promise<void> => {
    if (pending) return
    setPending(true)
    setProblem(null)
    try {
      await action()
    } catch (error) {
      setProblem(problemFrom(error))
    } finally {
      setPending(false)
    }
  }
  return { pending, problem, run, clearProblem: () => setProblem(null) }
}
