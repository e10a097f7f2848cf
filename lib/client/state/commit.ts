import type { LogEvent } from '@/lib/protocol/events'
import type { BrowserEnvironment } from '../transport/browser-environment'

/** A hidden page has no frames; text that waited for one would freeze there and flood on return. */
const hiddenDelay = 100
/** In milliseconds: a little less than two frames at 60 Hz. Nobody reads what changes faster, and each change costs a layout. */
const pause = 25

/** Events that arrived since the last commit, by generation. */
export type Batches = Map<string, LogEvent[]>

export interface Commits {
  push(generationId: string, events: LogEvent[]): void
}

/** Collects events of all generations and commits them together: every other frame, by timer while the page is hidden. */
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
    cancel = environment.hidden() ? environment.timer(hiddenDelay, flush) : environment.frame(flushInTime)
  }

  function flushInTime(): void {
    if (environment.now() - flushedAt >= pause) flush()
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
