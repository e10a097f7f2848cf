/** What the store needs of the page it lives in. Tests bring one whose clock and frames they hold in their hand. */
export interface Page {
  /** Stands before every path: empty in a browser. */
  origin: string
  hidden(): boolean
  online(): boolean
  /** Calls back when the page is hidden or shown, or goes on or off line. Gives the way to end that. */
  on(change: 'visibility' | 'connection', listener: () => void): () => void
  /** Runs once before the next paint, which a hidden page never has. Gives the way to cancel. */
  frame(run: () => void): () => void
  timer(milliseconds: number, run: () => void): () => void
  /** Epoch milliseconds. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** Null where the browser keeps nothing, as with cookies blocked. */
  storage(): Storage | null
  /** Leaves for the sign-in page. */
  signIn(): void
}

/** The page in a browser. Touches nothing until it is asked, so it may be named while the server renders. */
export const browserPage: Page = {
  origin: '',
  hidden: () => document.hidden,
  online: () => navigator.onLine,
  on(change, listener) {
    const listening = new AbortController()
    const { signal } = listening
    if (change === 'visibility') document.addEventListener('visibilitychange', listener, { signal })
    else {
      window.addEventListener('online', listener, { signal })
      window.addEventListener('offline', listener, { signal })
    }
    return () => listening.abort()
  },
  frame(run) {
    const frame = requestAnimationFrame(run)
    return () => cancelAnimationFrame(frame)
  },
  timer(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
  now: () => Date.now(),
  random: () => Math.random(),
  storage() {
    try {
      return window.localStorage
    } catch {
      // Reading the property itself throws where site data is blocked.
      return null
    }
  },
  signIn: () => window.location.assign('/sign-in'),
}
