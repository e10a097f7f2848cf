import type { BrowserEnvironment, LockRequest, Tabs } from '@/lib/client/transport/browser-environment'

/** As on a screen of 30 Hz, where the page commits in every frame. */
const frameMs = 33

interface Timer {
  at: number
  run(): void
}

/** A browser whose clock, frames, visibility and connection the test controls. Timers of 0 ms run by themselves. */
export class TestEnvironment implements BrowserEnvironment {
  origin: string
  signedOut = false
  zone = 'UTC'
  /** Whether requested frames are painted by themselves, rather than with `paint`. */
  painting = true
  stored = new Map<string, string>()
  /** `nothing more` is a full storage, `nothing` a blocked one. */
  keeping: 'all' | 'nothing more' | 'nothing' = 'all'
  /** The browser that it is a tab of. Null when tabs cannot exchange messages. */
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

  /** From now on it receives nothing from the other tabs, like a suspended tab. */
  sleep(): void {
    this.asleep = true
  }

  wake(): void {
    this.asleep = false
  }

  /** Another tab has changed the storage. */
  emitStored(): void {
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

  /** How many callbacks wait for the next paint. */
  get framesWaiting(): number {
    return this.frames.size
  }

  /** The remaining time of each timer, shortest first. */
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

/** The locks and channels that the tabs of one browser share. */
export class TestBrowser {
  /** The holder of each lock, and the waiting requests, in order. */
  private readonly holders = new Map<string, LockRequest>()
  private readonly waiting: Waiting[] = []
  private readonly receivers = new Set<{ name: string; receive(message: unknown): void }>()

  tab(asleep: () => boolean): Tabs {
    return {
      lock: (name, request) => this.lock(name, request),
      channel: (name, receive) => {
        const receiver = { name, receive: (message: unknown) => asleep() || receive(message) }
        this.receivers.add(receiver)
        const others = () => [...this.receivers].filter((each) => each.name === name && each !== receiver)
        const post = (message: unknown) => {
          const copy = structuredClone(message)
          for (const each of others()) setImmediate(() => this.receivers.has(each) && each.receive(copy))
        }
        return { post, close: () => void this.receivers.delete(receiver) }
      },
    }
  }

  private lock(name: string, request: LockRequest): () => void {
    const { how } = request
    const holder = this.holders.get(name)
    if (how === 'steal' || !holder) {
      this.grant(name, request)
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
      this.grant(name, next)
    }
  }

  private grant(name: string, request: LockRequest): void {
    this.holders.set(name, request)
    setImmediate(() => this.holders.get(name) === request && request.held())
  }
}
