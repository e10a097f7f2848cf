/** Renders sources in a worker or a frame, and may hang on one. */
export interface Renderer<Source> {
  /** Fetches what a source needs; that time doesn't count against the source. */
  prepare?(source: Source): Promise<unknown>
  /** The markup; null when the source can't be rendered. */
  render(source: Source): Promise<string | null>
  /** Terminates it, whatever it is doing. */
  stop(): void
}

/** The limit of the cache, in characters of sources and markup. */
const MAX_CACHED_CHARACTERS = 4_000_000
const GRACE_MS = 200

/**
 * Sends sources to a renderer one at a time, and caches the results. A renderer that takes longer than `timeoutMs`
 * over a source is stopped and replaced.
 */
export class RenderQueue<Source> {
  private readonly cache = new Map<string, string | null>()
  private cachedCharacters = 0
  private renderer: Promise<Renderer<Source>> | null = null
  private previous: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly startRenderer: () => Promise<Renderer<Source>>,
    private readonly timeoutMs: number,
  ) {}

  /** The result for a source; undefined while there is none. */
  cached(source: Source): string | null | undefined {
    return this.cache.get(JSON.stringify(source))
  }

  /** Rejects when no renderer can be started, or when it is aborted before its turn; a later call tries again. */
  render(source: Source, signal: AbortSignal): Promise<string | null> {
    const result = this.previous.then(() => {
      signal.throwIfAborted()
      const known = this.cached(source)
      return known === undefined ? this.renderNow(source) : known
    })
    this.previous = result.catch(() => undefined)
    return result
  }

  /** Starts the renderer early. If that fails, the next `render` tries again. */
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

/** The result of a promise, or undefined after a timeout. */
export function withTimeout<Result>(promise: Promise<Result>, milliseconds: number): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    // After sleep or a long task, a result may be waiting behind this timer.
    let timer = setTimeout(() => {
      timer = setTimeout(() => resolve(undefined), GRACE_MS)
    }, milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
