import { describe, expect, it } from 'vitest'
import { Reading, type Surroundings } from '@/components/markdown/reading'

/** A page whose frames and clock a test turns by hand. */
function pageByHand({ still = false, hidden = false } = {}) {
  let now = 0
  let waiting: (() => void)[] = []
  const page: Surroundings = {
    frame: (run) => {
      waiting.push(run)
      return () => {
        waiting = waiting.filter((each) => each !== run)
      }
    },
    hidden: () => hidden,
    still: () => still,
    now: () => now,
    printing: () => false,
  }
  const frame = (ms = 16) => {
    now += ms
    const due = waiting
    waiting = []
    for (const run of due) run()
  }
  return { page, frame, isIdle: () => waiting.length === 0 }
}

const sentence = 'All that arrives is shown, and nothing twice. '

describe('how text is given to the page', () => {
  it('a word at a time is shown at once', () => {
    const { page, isIdle } = pageByHand()
    const reading = new Reading(page, () => {})
    let text = ''
    for (const word of sentence.split(' ')) {
      text += `${word} `
      reading.update(text, true)
      expect(reading.document.length).toBe(text.length)
    }
    expect(isIdle()).toBe(true)
  })

  it('a burst is spread over frames, and shown within 150 ms', () => {
    const { page, frame } = pageByHand()
    const reading = new Reading(page, () => {})
    const text = sentence.repeat(20)
    reading.update(text, true)
    const first = reading.document.length
    expect(first).toBeLessThan(text.length / 2)
    for (let each = 0; each < 9; each++) frame()
    expect(reading.document.length).toBe(text.length)
  })

  it('at a steady pace it is never more than 150 ms behind', () => {
    const { page, frame } = pageByHand()
    const reading = new Reading(page, () => {})
    const arrived: number[] = []
    let text = ''
    for (let each = 0; each < 200; each++) {
      text += sentence.slice(0, 37).repeat(3)
      reading.update(text, true)
      arrived.push(text.length)
      frame()
      expect(reading.document.length).toBeGreaterThanOrEqual(arrived.at(-9) ?? 0)
    }
  })

  it('without motion all is shown that a frame can bear', () => {
    const { page } = pageByHand({ still: true })
    const reading = new Reading(page, () => {})
    reading.update(sentence.repeat(20), true)
    expect(reading.document.length).toBe(sentence.length * 20)
  })

  it('a burst takes a frame no more than the ones before have borne, and loses nothing', () => {
    const { page, frame, isIdle } = pageByHand()
    const reading = new Reading(page, () => {})
    const text = `${sentence.repeat(9)}\n\n`.repeat(20)
    const given = (ms: number) => {
      const before = reading.document.length
      frame(ms)
      return reading.document.length - before
    }
    reading.update(sentence, true)
    reading.update(text, true)
    given(16)
    const borne = given(16)
    expect(borne).toBeGreaterThan(1200)
    expect(given(40)).toBeLessThan(borne * 0.7)
    while (!isIdle()) expect(given(40)).toBeLessThan(borne * 0.7)
    expect(reading.document.length).toBe(text.length)
    reading.update(text, false)
    expect(reading.document.finished).toBe(true)
    expect(reading.document.root.children).toHaveLength(20)
  })

  it('a flood is read at once, and told of before it is shown', () => {
    const { page } = pageByHand()
    const heard: number[] = []
    const reading = new Reading(page, () => heard.push(reading.stamp))
    const text = `${sentence.repeat(9)}\n\n`.repeat(100)
    reading.update(sentence, true)
    expect([heard, reading.stamp]).toEqual([[], 1])
    reading.update(text, true)
    expect([heard, reading.stamp, reading.document.length]).toEqual([[1], 2, text.length])
  })

  it('in a hidden page nothing waits for its turn', () => {
    const { page } = pageByHand({ hidden: true })
    const reading = new Reading(page, () => {})
    reading.update('A word, ', true)
    reading.update(`A word, ${sentence.repeat(10)}`, true)
    expect(reading.document.length).toBe(8 + sentence.length * 10)
  })

  it('what a text has grown by is taken without looking at the rest', () => {
    const { page } = pageByHand()
    const reading = new Reading(page, () => {})
    reading.update('One', true)
    // Nobody who read it again would take this for the same text.
    reading.update('Two, three', true, { from: 3, text: ', three' })
    expect(reading.document.length).toBe('One, three'.length)
    reading.update('Two, three and four', true, { from: 5, text: 'e and four' })
    expect(reading.document.length).toBe('Two, three and four'.length)
  })

  it('a long text that is there when it is opened is read at once, though it grows', () => {
    const { page, frame } = pageByHand()
    const reading = new Reading(page, () => {})
    reading.update(sentence.repeat(200), true)
    for (let each = 0; each < 3; each++) frame()
    expect(reading.document.length).toBe(sentence.length * 200)
  })

  it('a finished text that goes on keeps all that was shown', () => {
    const { page } = pageByHand()
    const reading = new Reading(page, () => {})
    reading.update(sentence.repeat(30), false)
    const { length } = reading.document
    reading.update(`${sentence.repeat(30)}More.`, true)
    expect(reading.document.length).toBeGreaterThanOrEqual(length)
    expect(reading.document.finished).toBe(false)
  })

  it('another text begins anew, and so does one that goes on after its end', () => {
    const { page } = pageByHand()
    const reading = new Reading(page, () => {})
    reading.update('One', false)
    reading.update('One and two', true)
    expect(reading.document.length).toBe('One and two'.length)
    reading.update('Other', false)
    expect(reading.document.length).toBe('Other'.length)
    expect(reading.document.finished).toBe(true)
  })
})
