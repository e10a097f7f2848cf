/** What the store needs of the browser. Tests pass one whose clock, frames and connection they control. */
export interface BrowserEnvironment {
  /** Prefix of every path: empty in a browser. */
  origin: string
  hidden(): boolean
  online(): boolean
  /**
   * Calls back when the page is hidden, shown or focused, goes online or offline, or another tab has changed the storage.
   * Returns how to unsubscribe.
   */
  on(change: 'visibility' | 'connection' | 'storage', listener: () => void): () => void
  /** Runs once before the next paint; a hidden page has none. Returns how to cancel. */
  frame(run: () => void): () => void
  /** Returns how to cancel. */
  timer(milliseconds: number, run: () => void): () => void
  /** Epoch milliseconds. */
  now(): number
  /** The IANA name of the person's time zone. */
  timeZone(): string
  /** From 0 up to 1. */
  random(): number
  /** Null when the browser blocks it, e.g. along with cookies. */
  storage(): Storage | null
  /** Locks and messages shared with the browser's other tabs. Null without them, e.g. over plain http on a LAN. */
  tabs(): Tabs | null
  /** Opens the sign-in page, which leads back here. */
  signIn(): void
}

export interface LockRequest {
  how: 'wait' | 'steal' | 'try'
  held(): void
  lost(): void
}

/** What the tabs of one browser share. */
export interface Tabs {
  /**
   * Requests a lock that one tab can hold: waits for it, steals it, or tries once. `held` is called when this tab has
   * it, `lost` when the try failed or another tab has stolen it. Returns how to stop waiting or to release it.
   */
  lock(name: string, request: LockRequest): () => void
  /** Receives what the other tabs post. */
  channel(name: string, receive: (message: unknown) => void): { post(message: unknown): void; close(): void }
}

/** The real browser. It touches no global until it is called, so the server can import it. */
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
    const ended = new AbortController()
    const { signal } = ended
    const released = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    // Only `wait` takes a signal.
    const options: LockOptions = { wait: { signal }, steal: { steal: true }, try: { ifAvailable: true } }[how]
    const hold = (lock: Lock | null) => {
      if (lock === null) lost()
      if (lock === null || signal.aborted) return
      held()
      return released
    }
    navigator.locks.request(name, options, hold).catch(() => signal.aborted || lost())
    return () => ended.abort()
  },
  channel(name, receive) {
    const channel = new BroadcastChannel(name)
    channel.addEventListener('message', (event: MessageEvent<unknown>) => receive(event.data))
    return { post: (message) => channel.postMessage(message), close: () => channel.close() }
  },
}
