import type { BrowserEnvironment, LockRequest, Tabs } from '@/lib/client/transport/browser-environment'

/** As on a screen of 30 Hz, where the page commits in every frame. */
const frameMs = 33

interface Timer {
  at: number
  run(): void
}

/** A page whose clock, frames, sight and connection the test holds. Timers of no length run by themselves. */
export class TestEnvironment implements BrowserEnvironment {
  origin: string
  signedOut = false
  zone = 'UTC'
  /** Paints whenever somebody waits for a frame. Off, a frame comes with `paint`. */
  painting = true
  stored = new Map<string, string>()
  /** What it can store: nothing more when it is full, nothing at all when cookies are blocked. */
  keeping: 'all' | 'nothing more' | 'nothing' = 'all'
  /** The browser whose tab it is; a browser whose tabs cannot speak to each other otherwise. */
  browser: TestBrowser | null = null
  private asleep = false
  private time = 1_000_000
  private isHidden = false
  private isOnline = true
  private chance = 0
  private readonly timers = new Set<Timer>()
  private readonly frames = new Set<() => void>()
  private readonly listeners = {
    visibility: new Set<() => void>(),
    connection: new Set<() => void>(),
    storage: new Set<() => void>(),
  }

  constructor(origin: string) {
    this.origin = origin
  }

  hidden = () => this.isHidden
  online = () => this.isOnline
  now = () => this.time
  timeZone = () => this.zone
  random = () => this.chance
  signIn = () => {
    this.signedOut = true
  }

  on = (change: 'visibility' | 'connection' | 'storage', listener: () => void) => {
    this.listeners[change].add(listener)
    return () => void this.listeners[change].delete(listener)
  }

  frame = (run: () => void) => {
    this.frames.add(run)
    if (this.painting) setImmediate(() => this.painting && this.paint())
    return () => void this.frames.delete(run)
  }

  timer = (milliseconds: number, run: () => void) => {
    const timer = { at: this.time + milliseconds, run }
    this.timers.add(timer)
    if (milliseconds === 0) setImmediate(() => this.advance(0))
    return () => void this.timers.delete(timer)
  }

  storage = (): Storage | null => {
    const { stored, keeping } = this
    if (keeping === 'nothing') return null
    return {
      get length() {
        return stored.size
      },
      key: (index) => [...stored.keys()][index] ?? null,
      getItem: (key) => stored.get(key) ?? null,
      setItem(key, value) {
        if (keeping !== 'all') throw new DOMException('It is full.', 'QuotaExceededError')
        stored.set(key, value)
      },
      removeItem: (key) => void stored.delete(key),
      clear: () => stored.clear(),
    }
  }

  tabs = (): Tabs | null => this.browser?.tab(() => this.asleep) ?? null

  /** From now on it hears nothing of the other tabs, as one that the system has put to sleep. */
  sleep(): void {
    this.asleep = true
  }

  wake(): void {
    this.asleep = false
  }

  /** Another tab has stored something. */
  tellStored(): void {
    for (const listener of [...this.listeners.storage]) listener()
  }

  /** The next paint. A hidden page has none. */
  paint(): void {
    if (this.isHidden) return
    const frames = [...this.frames]
    this.frames.clear()
    this.time += frameMs
    for (const run of frames) run()
  }

  /** How many wait for the next paint. */
  get framesWaiting(): number {
    return this.frames.size
  }

  /** How long each timer has still to wait, the shortest first. */
  get waits(): number[] {
    return [...this.timers].map(({ at }) => at - this.time).toSorted((a, b) => a - b)
  }

  advance(milliseconds: number): void {
    this.time += milliseconds
    for (const timer of [...this.timers].toSorted((a, b) => a.at - b.at)) {
      if (timer.at > this.time || !this.timers.delete(timer)) continue
      timer.run()
    }
  }

  /** From now on backoff waits its full time (1), or none (0). */
  setChance(chance: number): void {
    this.chance = chance
  }

  setHidden(hidden: boolean): void {
    this.isHidden = hidden
    for (const listener of [...this.listeners.visibility]) listener()
  }

  setOnline(online: boolean): void {
    this.isOnline = online
    for (const listener of [...this.listeners.connection]) listener()
  }
}

interface Waiting extends LockRequest {
  name: string
}

/** What the tabs of one browser have in common. */
export class TestBrowser {
  /** The holder of each lock, and who waits, in order. */
  private readonly holders = new Map<string, LockRequest>()
  private readonly waiting: Waiting[] = []
  private readonly ears = new Set<{ name: string; heard(message: unknown): void }>()

  tab(asleep: () => boolean): Tabs {
    return {
      lock: (name, request) => this.lock(name, request),
      channel: (name, heard) => {
        const ear = { name, heard: (message: unknown) => asleep() || heard(message) }
        this.ears.add(ear)
        const others = () => [...this.ears].filter((each) => each.name === name && each !== ear)
        const post = (message: unknown) => {
          const copy = structuredClone(message)
          for (const each of others()) setImmediate(() => this.ears.has(each) && each.heard(copy))
        }
        return { post, close: () => void this.ears.delete(ear) }
      },
    }
  }

  private lock(name: string, request: LockRequest): () => void {
    const { how } = request
    const holder = this.holders.get(name)
    if (how === 'steal' || !holder) {
      this.give(name, request)
      if (holder) setImmediate(holder.lost)
    } else if (how === 'try') setImmediate(request.lost)
    else this.waiting.push({ name, ...request })
    return () => {
      const index = this.waiting.findIndex((each) => each.name === name && each.held === request.held)
      if (index >= 0) this.waiting.splice(index, 1)
      if (this.holders.get(name)?.held !== request.held) return
      this.holders.delete(name)
      const [next] = this.waiting.filter((each) => each.name === name)
      if (!next) return
      this.waiting.splice(this.waiting.indexOf(next), 1)
      this.give(name, next)
    }
  }

  private give(name: string, request: LockRequest): void {
    this.holders.set(name, request)
    setImmediate(() => this.holders.get(name) === request && request.held())
  }
}
