'use client'
import { createContext, useContext, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'

/** In milliseconds: what mounting may take of a frame. */
const budget = 6

/**
 * A long text that is opened whole is mounted from its end, chunk by chunk, so that the page never stands still: where
 * the person lands is there at once, what is above follows.
 */
export class Opening {
  private readonly waiting: (() => void)[] = []
  private timer: ReturnType<typeof setTimeout> | null = null
  /** Chunks that are mounted first wait for their turn while this is true. */
  active = false

  /** Chunks ask in their order, so the last to ask stands furthest down. */
  ask(mount: () => void): () => void {
    this.waiting.push(mount)
    this.timer ??= setTimeout(() => this.mount())
    return () => {
      const place = this.waiting.indexOf(mount)
      if (place >= 0) this.waiting.splice(place, 1)
    }
  }

  private mount(): void {
    const until = performance.now() + budget
    do {
      const next = this.waiting.pop()
      if (next) flushSync(next)
    } while (this.waiting.length > 0 && performance.now() < until)
    this.timer = this.waiting.length > 0 ? setTimeout(() => this.mount()) : null
    if (!this.timer) this.active = false
  }
}

export const OpeningContext = createContext(new Opening())

/** Whether it is a chunk's turn to be mounted. */
export function useTurn(mayWait: boolean): boolean {
  const opening = useContext(OpeningContext)
  const [here, setHere] = useState(!(mayWait && opening.active))
  useEffect(() => (here ? undefined : opening.ask(() => setHere(true))), [here, opening])
  return here
}
