/** What turns a source into markup beside the page, in a thread of its own, and may never come to an end with one. */
export interface Renderer<Source> {
  /** Fetches what a source needs besides; how long that takes says nothing about the source. */
  prepare?(source: Source): Promise<unknown>
  /** The markup; null when the source is none that can be rendered. */
  render(source: Source): Promise<string | null>
  /** Ends it, whatever it is doing. */
  stop(): void
}

/** In characters: how much markup is kept, so that what is shown once more is there at once. */
const MAX_CACHED_CHARACTERS = 4_000_000
/** In milliseconds. */
const GRACE_MS = 200

/**
 * Gives sources to a renderer, one at a time, and keeps what they came to. A renderer that takes longer over one than
 * `patience` allows is stopped, and what waits gets another one.
 */
export class RenderQueue<Source> {
  private readonly cache = new Map<string, string | null>()
  private cachedCharacters = 0
  private renderer: Promise<Renderer<Source>> | null = null
  private previous: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly startRenderer: () => Promise<Renderer<Source>>,
    /** In milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /** What a source came to; undefined while that is not known. */
  cached(source: Source): string | null | undefined {
    return this.cache.get(JSON.stringify(source))
  }

  /** Rejects when there is no renderer to be had, or when it is called off before its turn; who asks again may be luckier. */
  render(source: Source, signal: AbortSignal): Promise<string | null> {
    const result = this.previous.then(() => {
      signal.throwIfAborted()
      const known = this.cached(source)
      return known === undefined ? this.renderNow(source) : known
    })
    this.previous = result.catch(() => undefined)
    return result
  }

  /** Starts what will be needed soon. What cannot be had now is asked for once more when it is needed. */
  prepare(): void {
    this.getRenderer().catch(() => undefined)
  }

  private getRenderer(): Promise<Renderer<Source>> {
    this.renderer ??= this.startRenderer().catch((error: unknown) => {
      this.renderer = null
      throw error
    })
    return this.renderer
  }

  private async renderNow(source: Source): Promise<string | null> {
    try {
      const renderer = await this.getRenderer()
      await renderer.prepare?.(source)
      const markup = await withTimeout(renderer.render(source), this.timeoutMs)
      if (markup === undefined) {
        renderer.stop()
        this.renderer = null
      }
      this.store(source, markup ?? null)
      return markup ?? null
    } catch (error) {
      this.renderer = null
      throw error
    }
  }

  private store(source: Source, markup: string | null): void {
    const name = JSON.stringify(source)
    this.cache.set(name, markup)
    this.cachedCharacters += name.length + (markup?.length ?? 0)
    for (const [oldest, old] of this.cache) {
      if (this.cachedCharacters <= MAX_CACHED_CHARACTERS) return
      this.cache.delete(oldest)
      this.cachedCharacters -= oldest.length + (old?.length ?? 0)
    }
  }
}

/** What comes of a promise, or undefined when nothing has for so many milliseconds. */
export function withTimeout<Result>(promise: Promise<Result>, milliseconds: number): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    // A machine that slept, or a page that was busy, wakes up with an answer that it has yet to look at.
    let timer = setTimeout(() => {
      timer = setTimeout(() => resolve(undefined), GRACE_MS)
    }, milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
