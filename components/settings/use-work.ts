'use client'
import { useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import type { Problem } from '@/lib/protocol/events'

/** The jobs of a form, one at a time: which of them runs, and what the last one failed with. */
export function useWork<Name extends string>() {
  const [work, setWork] = useState<Name | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = async (name: Name, job: () => Promise<void>) => {
    if (work !== null) return
    setWork(name)
    setProblem(null)
    try {
      await job()
    } catch (error) {
      setProblem(problemFrom(error))
    } finally {
      setWork(null)
    }
  }
  return { work, problem, run, forgetProblem: () => setProblem(null) }
}
