/** What the store needs of the page it lives in. Tests bring one whose clock and frames they hold in their hand. */
export interface BrowserEnvironment {
  /** Stands before every path: empty in a browser. */
  origin: string
  hidden(): boolean
  online(): boolean
  /**
   * Calls back when the page is hidden, shown or turned to, goes on or off line, or another tab has stored something. Gives the way
   * to end that.
   */
  on(change: 'visibility' | 'connection' | 'storage', listener: () => void): () => void
  /** Runs once before the next paint, which a hidden page never has. Gives the way to cancel. */
  frame(run: () => void): () => void
  timer(milliseconds: number, run: () => void): () => void
  /** Epoch milliseconds. */
  now(): number
  /** The IANA name of the zone that its person lives by. */
  timeZone(): string
  /** From 0 up to 1. */
  random(): number
  /** Null where the browser keeps nothing, as with cookies blocked. */
  storage(): Storage | null
  /** How it speaks to the other tabs of the browser. Null where it cannot, as over plain http on a LAN. */
  tabs(): Tabs | null
  /** Leaves for the sign-in page, which leads back here. */
  signIn(): void
}

export interface LockRequest {
  how: 'wait' | 'steal' | 'try'
  held(): void
  lost(): void
}

/** What the tabs of one browser have in common. */
export interface Tabs {
  /**
   * Asks for a lock that one tab can hold: waits for it, steals it, or has it at once or not at all. `held` is called
   * when this tab has it, `lost` when it does not, or another has stolen it. Gives the way to stop waiting, or to let go.
   */
  lock(name: string, request: LockRequest): () => void
  /** Hears what the other tabs post. */
  channel(name: string, heard: (message: unknown) => void): { post(message: unknown): void; close(): void }
}

/** The page in a browser. Touches nothing until it is asked, so it may be named while the server renders. */
export const browserEnvironment: BrowserEnvironment = {
  origin: '',
  hidden: () => document.hidden,
  online: () => navigator.onLine,
  on(change, listener) {
    const listening = new AbortController()
    const { signal } = listening
    if (change === 'storage') window.addEventListener('storage', listener, { signal })
    else if (change === 'visibility') {
      document.addEventListener('visibilitychange', listener, { signal })
      // Of two windows side by side, both are visible.
      window.addEventListener('focus', listener, { signal })
    } else {
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
  timeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  random: () => Math.random(),
  storage() {
    try {
      return window.localStorage
    } catch {
      // Reading the property itself throws where site data is blocked.
      return null
    }
  },
  tabs: () => ('locks' in navigator && 'BroadcastChannel' in window ? browserTabs : null),
  signIn() {
    const { pathname, search, hash } = window.location
    window.location.assign(`/sign-in?next=${encodeURIComponent(pathname + search + hash)}`)
  },
}

const browserTabs: Tabs = {
  lock(name, { how, held, lost }) {
    const over = new AbortController()
    const { signal } = over
    const letGo = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    // Only a wait can be cut short.
    const options: LockOptions = { wait: { signal }, steal: { steal: true }, try: { ifAvailable: true } }[how]
    const hold = (lock: Lock | null) => {
      if (lock === null) lost()
      if (lock === null || signal.aborted) return
      held()
      return letGo
    }
    navigator.locks.request(name, options, hold).catch(() => signal.aborted || lost())
    return () => over.abort()
  },
  channel(name, heard) {
    const channel = new BroadcastChannel(name)
    channel.addEventListener('message', (event: MessageEvent<unknown>) => heard(event.data))
    return { post: (message) => channel.postMessage(message), close: () => channel.close() }
  },
}
