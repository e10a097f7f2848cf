import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Joint } from '@/lib/upstream/joint'

/** What a joint gives on of text that comes in these pieces, and the most that it held back meanwhile. */
function joined(before: string, pieces: string[], whole = false) {
  let given = ''
  let arrived = 0
  let mostHeld = 0
  const joint = new Joint(
    before,
    (text) => {
      given += text
    },
    { whole },
  )
  let lengthBefore = 0
  for (const piece of pieces) {
    lengthBefore = arrived
    arrived += piece.length
    joint.take(piece)
    if (given === '') mostHeld = Math.max(mostHeld, lengthBefore)
  }
  joint.end()
  return { given, mostHeld }
}

const story = 'Once upon a time there was a small stream that nobody had given a name, because it was dry in summer.'

describe('a repetition at the joint', () => {
  test.each([
    ['of the last words', ' because it was dry in summer. Then it rained.', ' Then it rained.'],
    ['of all of it', `${story} Then it rained.`, ' Then it rained.'],
    ['of just 20 characters', `${story.slice(-20)} Then it rained.`, ' Then it rained.'],
    ['and nothing more', ' because it was dry in summer.', ''],
  ])('%s is left out', (_, next, given) => {
    expect(joined(story, [next]).given).toBe(given)
    expect(joined(story, [...next]).given).toBe(given)
  })

  test.each([
    ['that is shorter than 20 characters', `${story.slice(-19)} Then it rained.`],
    ['that does not end at the joint', 'there was a small stream, and then there was a river.'],
    ['that breaks off', 'there was a small stream that'],
    ['of a few characters', 'dry'],
    ['of nothing', ''],
  ])('%s stays', (_, next) => {
    expect(joined(story, [next]).given).toBe(next)
    expect(joined(story, [...next]).given).toBe(next)
  })

  test('that may be meant stays: what is repeated is there more than once', () => {
    const rows = '| one row of a table | 1 |\n'.repeat(3)
    expect(joined(rows, [rows]).given).toBe(rows)
    const line = '-'.repeat(60)
    expect(joined(line, [line]).given).toBe(line)
  })

  test('of an answer that is known to begin with the whole is left out, however long it is', () => {
    const before = 'the same words again and again, '.repeat(400)
    expect(joined(before, [`${before}and on.`], true).given).toBe('and on.')
    expect(joined(before, [...`${before}and on.`], true).given).toBe('and on.')
    expect(joined(before, ['and on.'], true).given).toBe('and on.')
  })
})

describe('for any texts', () => {
  const pieces = fc.array(fc.string({ maxLength: 12 }), { maxLength: 12 })
  // Of few letters, so that repetitions are common.
  const before = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 80 })
  /** Text that often begins with some end of what was before. */
  const both = fc
    .tuple(before, fc.nat(80), fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 40 }))
    .map(([first, from, rest]) => ({ first, next: first.slice(from) + rest }))

  test('what is left out is a repetition of at least 20 characters up to the joint, and nothing else', () => {
    fc.assert(
      fc.property(both, ({ first, next }) => {
        const { given } = joined(first, [next])
        const left = next.slice(0, next.length - given.length)
        expect(left + given).toBe(next)
        expect(left === '' || (left.length >= 20 && first.endsWith(left))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('it makes no difference how the text is cut', () => {
    fc.assert(
      fc.property(both, fc.integer({ min: 1, max: 7 }), ({ first, next }, size) => {
        const cut = next.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []
        expect(joined(first, cut).given).toBe(joined(first, [next]).given)
      }),
      { numRuns: 2000 },
    )
  })

  test('an end that is there only once is always left out', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 30 }),
        pieces,
        (words, rest) => {
          const text = words.map((word, index) => `${index}:${word} `).join('')
          const repeated = text.slice(text.indexOf(' 10:'))
          expect(joined(text, [repeated, ...rest]).given).toBe(rest.join(''))
        },
      ),
    )
  })

  test('no more than 4,000 characters are ever held back', () => {
    const long = Array.from({ length: 3000 }, (_, index) => `${index} `).join('')
    const { mostHeld } = joined(long, [...long.slice(-9000, -100)])
    expect(mostHeld).toBeLessThanOrEqual(4000)
  })
})
