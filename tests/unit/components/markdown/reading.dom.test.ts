import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { page, Reading } from '@/components/markdown/reading'

/** The page's frames, of which a hidden one has none. */
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

/** A reading of which a part waits for the next frame. */
function inMidBurst() {
  const floods = vi.fn()
  const reading = new Reading(page, floods)
  const text = sentence.repeat(20)
  reading.update(text, true)
  expect(reading.document.length).toBeLessThan(text.length)
  expect([frames.size, vi.getTimerCount()]).toEqual([1, 0])
  return { reading, text, floods }
}

describe('what waits for a frame of the page', () => {
  it('is read by a timer once the page hides, so that nothing floods in when it is shown', () => {
    const { reading, text } = inMidBurst()
    setHidden(true)
    expect([frames.size, vi.getTimerCount()]).toEqual([0, 1])
    vi.advanceTimersByTime(100)
    expect(reading.document.length).toBe(text.length)
    reading.update(`${text}${sentence.repeat(20)}`, true)
    expect(reading.document.length).toBe(text.length * 2)
    setHidden(false)
    paint()
    expect(reading.document.length).toBe(text.length * 2)
    expect([frames.size, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('waits for a frame again when the page is shown before the timer, and comes bit by bit', () => {
    const { reading, text, floods } = inMidBurst()
    const before = reading.document.length
    setHidden(true)
    setHidden(false)
    expect([frames.size, vi.getTimerCount()]).toEqual([1, 0])
    vi.advanceTimersByTime(16)
    paint()
    expect(reading.document.length).toBeGreaterThan(before)
    expect(reading.document.length).toBeLessThan(text.length)
    for (let each = 0; each < 9; each++) {
      vi.advanceTimersByTime(16)
      paint()
    }
    expect(reading.document.length).toBe(text.length)
    expect(floods).not.toHaveBeenCalled()
  })

  it('is called off wherever it waits, and hears of the page no more', () => {
    for (const hidden of [false, true]) {
      const { reading } = inMidBurst()
      setHidden(hidden)
      reading.pause()
      expect([frames.size, vi.getTimerCount()]).toEqual([0, 0])
      setHidden(!hidden)
      expect([frames.size, vi.getTimerCount()]).toEqual([0, 0])
      setHidden(false)
    }
  })
})
