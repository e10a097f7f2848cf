import { describe, expect, it } from 'vitest'
import { PacedReader, type ReaderEnvironment } from '@/components/markdown/paced-reader'

/** An environment whose frames and clock the test drives. */
function manualEnvironment({ reducedMotion = false, hidden = false } = {}) {
  let now = 0
  let waiting: (() => void)[] = []
  const environment: ReaderEnvironment = {
    requestFrame: (run) => {
      waiting.push(run)
      return () => {
        waiting = waiting.filter((each) => each !== run)
      }
    },
    isHidden: () => hidden,
    prefersReducedMotion: () => reducedMotion,
    now: () => now,
    isPrinting: () => false,
  }
  const frame = (ms = 16) => {
    now += ms
    const due = waiting
    waiting = []
    for (const run of due) run()
  }
  return { environment, frame, isIdle: () => waiting.length === 0 }
}

const sentence = 'All that arrives is shown, and nothing twice. '

describe('pacing', () => {
  it('shows text at once when it arrives a word at a time', () => {
    const { environment, isIdle } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    let text = ''
    for (const word of sentence.split(' ')) {
      text += `${word} `
      reader.update(text, true)
      expect(reader.document.length).toBe(text.length)
    }
    expect(isIdle()).toBe(true)
  })

  it('spreads a burst over frames, and shows it within 150 ms', () => {
    const { environment, frame } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    const text = sentence.repeat(20)
    reader.update(text, true)
    const first = reader.document.length
    expect(first).toBeLessThan(text.length / 2)
    for (let each = 0; each < 9; each++) frame()
    expect(reader.document.length).toBe(text.length)
  })

  it('is never more than 150 ms behind steadily arriving text', () => {
    const { environment, frame } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    const arrived: number[] = []
    let text = ''
    for (let each = 0; each < 200; each++) {
      text += sentence.slice(0, 37).repeat(3)
      reader.update(text, true)
      arrived.push(text.length)
      frame()
      expect(reader.document.length).toBeGreaterThanOrEqual(arrived.at(-9) ?? 0)
    }
  })

  it('shows as much as a frame can bear when motion is reduced', () => {
    const { environment } = manualEnvironment({ reducedMotion: true })
    const reader = new PacedReader(environment, () => {})
    reader.update(sentence.repeat(20), true)
    expect(reader.document.length).toBe(sentence.length * 20)
  })

  it('adapts the amount per frame to how long frames take, and loses nothing', () => {
    const { environment, frame, isIdle } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    const text = `${sentence.repeat(9)}\n\n`.repeat(20)
    const fedIn = (ms: number) => {
      const before = reader.document.length
      frame(ms)
      return reader.document.length - before
    }
    reader.update(sentence, true)
    reader.update(text, true)
    fedIn(16)
    const perFrame = fedIn(16)
    expect(perFrame).toBeGreaterThan(1200)
    expect(fedIn(40)).toBeLessThan(perFrame * 0.7)
    while (!isIdle()) expect(fedIn(40)).toBeLessThan(perFrame * 0.7)
    expect(reader.document.length).toBe(text.length)
    reader.update(text, false)
    expect(reader.document.finished).toBe(true)
    expect(reader.document.root.children).toHaveLength(20)
  })

  it('parses a flood at once, and announces it before listeners are notified', () => {
    const { environment } = manualEnvironment()
    const floods: number[] = []
    const reader = new PacedReader(environment, () => floods.push(reader.version))
    const text = `${sentence.repeat(9)}\n\n`.repeat(100)
    reader.update(sentence, true)
    expect([floods, reader.version]).toEqual([[], 1])
    reader.update(text, true)
    expect([floods, reader.version, reader.document.length]).toEqual([[1], 2, text.length])
  })

  it('holds nothing back in a hidden page', () => {
    const { environment } = manualEnvironment({ hidden: true })
    const reader = new PacedReader(environment, () => {})
    reader.update('A word, ', true)
    reader.update(`A word, ${sentence.repeat(10)}`, true)
    expect(reader.document.length).toBe(8 + sentence.length * 10)
  })

  it('appends a known growth without comparing the rest of the text', () => {
    const { environment } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    reader.update('One', true)
    // Comparing the texts would find that this one starts differently.
    reader.update('Two, three', true, { from: 3, text: ', three' })
    expect(reader.document.length).toBe('One, three'.length)
    reader.update('Two, three and four', true, { from: 5, text: 'e and four' })
    expect(reader.document.length).toBe('Two, three and four'.length)
  })

  it('parses a text that is long when it is opened at once, though it still grows', () => {
    const { environment, frame } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    reader.update(sentence.repeat(200), true)
    for (let each = 0; each < 3; each++) frame()
    expect(reader.document.length).toBe(sentence.length * 200)
  })

  it('keeps what it showed of a finished text that continues', () => {
    const { environment } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    reader.update(sentence.repeat(30), false)
    const { length } = reader.document
    reader.update(`${sentence.repeat(30)}More.`, true)
    expect(reader.document.length).toBeGreaterThanOrEqual(length)
    expect(reader.document.finished).toBe(false)
  })

  it('starts over with another text, and continues a finished one', () => {
    const { environment } = manualEnvironment()
    const reader = new PacedReader(environment, () => {})
    reader.update('One', false)
    reader.update('One and two', true)
    expect(reader.document.length).toBe('One and two'.length)
    reader.update('Other', false)
    expect(reader.document.length).toBe('Other'.length)
    expect(reader.document.finished).toBe(true)
  })
})
