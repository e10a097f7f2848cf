'use client'
import { useEffect, useRef, useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { type Measurement, openRun } from './measure'

/** One run of an experiment: its measurements by name, and a way to stop it. Leaving the page ends it. Calls `onSaved` after the run is saved. */
export function useRun(onSaved: () => void) {
  const [results, setResults] = useState<Record<string, Measurement>>({})
  const [running, setRunning] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])

  async function run(
    title: string,
    experiment: (lab: {
      conversationId: string
      signal: AbortSignal
      show(name: string): (measurement: Measurement) => void
    }) => Promise<void>,
  ): Promise<void> {
    const controller = new AbortController()
    abort.current = controller
    setRunning(true)
    setResults({})
    setProblem(null)
    try {
      const conversationId = await openRun(title)
      onSaved()
      const show = (name: string) => (measurement: Measurement) =>
        setResults((before) => ({ ...before, [name]: measurement }))
      await experiment({ conversationId, signal: controller.signal, show })
    } catch (error) {
      setProblem(problemFrom(error).message)
    }
    setRunning(false)
    onSaved()
  }

  return { results, running, problem, run, stop: () => abort.current?.abort() }
}
