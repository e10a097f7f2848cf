import type { LogEvent } from '@/lib/protocol/events'
import type { Page } from './page'

/** A hidden page has no frames; text that waited for one would freeze there and flood on return. */
const hiddenDelay = 100

/** Events that arrived since the last commit, by generation. */
export type Batches = Map<string, LogEvent[]>

export interface Commits {
  push(generationId: string, events: LogEvent[]): void
}

/** Collects events of all generations and commits them together: once a frame, by timer while the page is hidden. */
export function createCommits(page: Page, commit: (batches: Batches) => void): Commits {
  let waiting: Batches = new Map()
  let cancel: (() => void) | null = null
  let listening = false

  function flush(): void {
    cancel = null
    const batches = waiting
    waiting = new Map()
    commit(batches)
  }

  function schedule(): void {
    cancel?.()
    cancel = page.hidden() ? page.timer(hiddenDelay, flush) : page.frame(flush)
  }

  return {
    push(generationId, events) {
      const batch = waiting.get(generationId) ?? []
      for (const event of events) batch.push(event)
      waiting.set(generationId, batch)
      if (!listening) page.on('visibility', () => cancel && schedule())
      listening = true
      if (!cancel) schedule()
    },
  }
}
