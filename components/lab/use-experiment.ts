'use client'
import { useEffect, useRef, useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { createRun, type Measurement } from './measure'

/** Runs an experiment, and keeps its measurements by name. Unmounting stops it. Calls `onSaved` at its start and end. */
export function useExperiment(onSaved: () => void) {
  const [results, setResults] = useState<Record<string, Measurement>>({})
  const [running, setRunning] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])

  async function run(
    title: string,
    experiment: (context: {
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
      const conversationId = await createRun(title)
      onSaved()
      const show = (name: string) => (measurement: Measurement) =>
        setResults((previous) => ({ ...previous, [name]: measurement }))
      await experiment({ conversationId, signal: controller.signal, show })
    } catch (error) {
      setProblem(problemFrom(error).message)
    }
    setRunning(false)
    onSaved()
  }

  return { results, running, problem, run, stop: () => abort.current?.abort() }
}
