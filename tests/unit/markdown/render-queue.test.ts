import { describe, expect, it } from 'vitest'
import { type Renderer, RenderQueue } from '@/components/markdown/render-queue'

const notAborted = new AbortController().signal

/** Renderers that hang on sources with this prefix. */
function renderers(endless: string) {
  const seen = { started: 0, stopped: 0, asked: [] as string[] }
  const start = async (): Promise<Renderer<string>> => {
    seen.started++
    return {
      render(source) {
        seen.asked.push(source)
        return source.startsWith(endless) ? new Promise(() => {}) : Promise.resolve(`<${source}>`)
      },
      stop: () => void seen.stopped++,
    }
  }
  return { seen, start }
}

describe('a render queue', () => {
  it('replaces a renderer that hangs, and never retries that source', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 20)
    const results = ['one', 'endless', 'two', 'endless'].map((source) => rendering.render(source, notAborted))
    expect(await Promise.all(results)).toEqual(['<one>', null, '<two>', null])
    expect(seen).toEqual({ started: 2, stopped: 1, asked: ['one', 'endless', 'two'] })
  })

  it('returns cached results at once', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 1000)
    expect(rendering.cached('one')).toBeUndefined()
    await rendering.render('one', notAborted)
    expect(rendering.cached('one')).toBe('<one>')
    expect(await rendering.render('one', notAborted)).toBe('<one>')
    expect(seen.asked).toEqual(['one'])
  })

  it('skips a source that was aborted before its turn', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 1000)
    const leaving = new AbortController()
    const first = rendering.render('one', notAborted)
    const unwanted = expect(rendering.render('two', leaving.signal)).rejects.toThrow()
    leaving.abort()
    await unwanted
    expect(await first).toBe('<one>')
    expect(seen.asked).toEqual(['one'])
  })

  it('tries again after a renderer failed to start', async () => {
    const { start } = renderers('endless')
    let tries = 0
    const rendering = new RenderQueue(() => (tries++ === 0 ? Promise.reject(new Error('no network')) : start()), 1000)
    await expect(rendering.render('one', notAborted)).rejects.toThrow('no network')
    expect(await rendering.render('one', notAborted)).toBe('<one>')
  })

  it('uses the renderer that was prepared', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 1000)
    rendering.prepare()
    rendering.prepare()
    expect(seen.started).toBe(1)
    expect(await rendering.render('one', notAborted)).toBe('<one>')
    expect(seen.started).toBe(1)
  })

  it('starts the renderer again if preparing it failed', async () => {
    const { start } = renderers('endless')
    let tries = 0
    const rendering = new RenderQueue(() => (tries++ === 0 ? Promise.reject(new Error('no network')) : start()), 1000)
    rendering.prepare()
    await Promise.resolve()
    expect(await rendering.render('one', notAborted)).toBe('<one>')
    expect(tries).toBe(2)
  })

  it('limits the size of its cache', async () => {
    const rendering = new RenderQueue(
      async () => ({ render: async (source: string) => source.repeat(1_000_000), stop: () => {} }),
      1000,
    )
    for (const source of ['a', 'b', 'c', 'd', 'e']) await rendering.render(source, notAborted)
    expect(rendering.cached('a')).toBeUndefined()
    expect(rendering.cached('e')).toHaveLength(1_000_000)
  })
})
