import type { LogEvent } from '@/lib/protocol/events'
import { COMMIT_INTERVAL_MS, HIDDEN_COMMIT_DELAY_MS } from '@/lib/protocol/pacing'
import type { BrowserEnvironment } from '../transport/browser-environment'

/** Events that arrived since the last commit, by generation. */
export type Batches = Map<string, LogEvent[]>

export interface Commits {
  push(generationId: string, events: LogEvent[]): void
}

/** Collects the events of all generations and commits them together: every other frame, or by timer while the page is hidden. */
export function createCommits(environment: BrowserEnvironment, commit: (batches: Batches) => void): Commits {
  let waiting: Batches = new Map()
  let cancel: (() => void) | null = null
  let listening = false
  let flushedAt = 0

  function flush(): void {
    cancel = null
    flushedAt = environment.now()
    const batches = waiting
    waiting = new Map()
    commit(batches)
  }

  function schedule(): void {
    cancel?.()
    cancel = environment.hidden() ? environment.timer(HIDDEN_COMMIT_DELAY_MS, flush) : environment.frame(flushWhenDue)
  }

  function flushWhenDue(): void {
    if (environment.now() - flushedAt >= COMMIT_INTERVAL_MS) flush()
    else schedule()
  }

  return {
    push(generationId, events) {
      const batch = waiting.get(generationId) ?? []
      for (const event of events) batch.push(event)
      waiting.set(generationId, batch)
      if (!listening) environment.on('visibility', () => cancel && schedule())
      listening = true
      if (!cancel) schedule()
    },
  }
}
