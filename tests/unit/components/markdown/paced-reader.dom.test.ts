import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PacedReader, pageEnvironment } from '@/components/markdown/paced-reader'

/** The frames that were requested; a hidden page runs none. */
let frames = new Map<number, FrameRequestCallback>()

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}

function paint(): void {
  if (document.hidden) return
  const due = frames
  frames = new Map()
  for (const run of due.values()) run(performance.now())
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  frames = new Map()
  let handles = 0
  vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => {
    frames.set(++handles, run)
    return handles
  })
  vi.stubGlobal('cancelAnimationFrame', (handle: number) => frames.delete(handle))
})
afterEach(() => {
  Reflect.deleteProperty(document, 'hidden')
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const sentence = 'All that arrives is shown, and nothing twice. '

/** A reader that holds a part of a burst for the next frame. */
function inMidBurst() {
  const floods = vi.fn()
  const reader = new PacedReader(pageEnvironment, floods)
  const text = sentence.repeat(20)
  reader.update(text, true)
  expect(reader.document.length).toBeLessThan(text.length)
  expect([frames.size, vi.getTimerCount()]).toEqual([1, 0])
  return { reader, text, floods }
}

describe('text that waits for a frame', () => {
  it('is parsed by a timer once the page is hidden, so that nothing floods in when it is shown again', () => {
    const { reader, text } = inMidBurst()
    setHidden(true)
    expect([frames.size, vi.getTimerCount()]).toEqual([0, 1])
    vi.advanceTimersByTime(100)
    expect(reader.document.length).toBe(text.length)
    reader.update(`${text}${sentence.repeat(20)}`, true)
    expect(reader.document.length).toBe(text.length * 2)
    setHidden(false)
    paint()
    expect(reader.document.length).toBe(text.length * 2)
    expect([frames.size, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('waits for a frame again if the page is shown before the timer fires, and is spread over frames', () => {
    const { reader, text, floods } = inMidBurst()
    const before = reader.document.length
    setHidden(true)
    setHidden(false)
    expect([frames.size, vi.getTimerCount()]).toEqual([1, 0])
    vi.advanceTimersByTime(16)
    paint()
    expect(reader.document.length).toBeGreaterThan(before)
    expect(reader.document.length).toBeLessThan(text.length)
    for (let each = 0; each < 9; each++) {
      vi.advanceTimersByTime(16)
      paint()
    }
    expect(reader.document.length).toBe(text.length)
    expect(floods).not.toHaveBeenCalled()
  })

  it('is canceled by a pause, whether it waits for a frame or a timer, and ignores the page from then on', () => {
    for (const hidden of [false, true]) {
      const { reader } = inMidBurst()
      setHidden(hidden)
      reader.pause()
      expect([frames.size, vi.getTimerCount()]).toEqual([0, 0])
      setHidden(!hidden)
      expect([frames.size, vi.getTimerCount()]).toEqual([0, 0])
      setHidden(false)
    }
  })
})
