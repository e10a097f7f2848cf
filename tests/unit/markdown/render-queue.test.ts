import { describe, expect, it } from 'vitest'
import { type Renderer, RenderQueue } from '@/components/markdown/render-queue'

const forGood = new AbortController().signal

/** Renderers that never come to an end with what begins so. */
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

describe('rendering beside the page', () => {
  it('goes on with another renderer when one hangs, and does not try that source again', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 20)
    const results = ['one', 'endless', 'two', 'endless'].map((source) => rendering.render(source, forGood))
    expect(await Promise.all(results)).toEqual(['<one>', null, '<two>', null])
    expect(seen).toEqual({ started: 2, stopped: 1, asked: ['one', 'endless', 'two'] })
  })

  it('knows at once what it has rendered before', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 1000)
    expect(rendering.cached('one')).toBeUndefined()
    await rendering.render('one', forGood)
    expect(rendering.cached('one')).toBe('<one>')
    expect(await rendering.render('one', forGood)).toBe('<one>')
    expect(seen.asked).toEqual(['one'])
  })

  it('passes over what is no longer wanted when its turn comes', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 1000)
    const leaving = new AbortController()
    const first = rendering.render('one', forGood)
    const unwanted = expect(rendering.render('two', leaving.signal)).rejects.toThrow()
    leaving.abort()
    await unwanted
    expect(await first).toBe('<one>')
    expect(seen.asked).toEqual(['one'])
  })

  it('tries again with a renderer that could not be had', async () => {
    const { start } = renderers('endless')
    let tries = 0
    const rendering = new RenderQueue(() => (tries++ === 0 ? Promise.reject(new Error('no network')) : start()), 1000)
    await expect(rendering.render('one', forGood)).rejects.toThrow('no network')
    expect(await rendering.render('one', forGood)).toBe('<one>')
  })

  it('is there when it is first needed, if it was prepared', async () => {
    const { seen, start } = renderers('endless')
    const rendering = new RenderQueue(start, 1000)
    rendering.prepare()
    rendering.prepare()
    expect(seen.started).toBe(1)
    expect(await rendering.render('one', forGood)).toBe('<one>')
    expect(seen.started).toBe(1)
  })

  it('is asked for once more when it is needed and could not be prepared', async () => {
    const { start } = renderers('endless')
    let tries = 0
    const rendering = new RenderQueue(() => (tries++ === 0 ? Promise.reject(new Error('no network')) : start()), 1000)
    rendering.prepare()
    await Promise.resolve()
    expect(await rendering.render('one', forGood)).toBe('<one>')
    expect(tries).toBe(2)
  })

  it('keeps only so much', async () => {
    const rendering = new RenderQueue(
      async () => ({ render: async (source: string) => source.repeat(1_000_000), stop: () => {} }),
      1000,
    )
    for (const source of ['a', 'b', 'c', 'd', 'e']) await rendering.render(source, forGood)
    expect(rendering.cached('a')).toBeUndefined()
    expect(rendering.cached('e')).toHaveLength(1_000_000)
  })
})
