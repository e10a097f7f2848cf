import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OverlapDeduper } from '@/lib/upstream/overlap-deduper'

/** What a deduper emits for text in these pieces, and the most that it held back meanwhile. */
function joined(before: string, pieces: string[], { whole = false, cut = false } = {}) {
  let given = ''
  let repeated = ''
  let arrived = 0
  let mostHeld = 0
  const joint = new OverlapDeduper(
    before,
    {
      text: (text) => {
        given += text
      },
      repeated: (text) => {
        repeated += text
      },
    },
    { whole },
  )
  let lengthBefore = 0
  for (const piece of pieces) {
    lengthBefore = arrived
    arrived += piece.length
    joint.add(piece)
    if (given === '') mostHeld = Math.max(mostHeld, lengthBefore)
  }
  joint.end({ cut })
  return { given, repeated, mostHeld }
}

const story = 'Once upon a time there was a small stream that nobody had given a name, because it was dry in summer.'

describe('a repetition at the start', () => {
  test.each([
    ['of the last words', ' because it was dry in summer. Then it rained.', ' Then it rained.'],
    ['of all of it', `${story} Then it rained.`, ' Then it rained.'],
    ['of just 20 characters', `${story.slice(-20)} Then it rained.`, ' Then it rained.'],
    ['and nothing more', ' because it was dry in summer.', ''],
  ])('%s is dropped', (_, next, given) => {
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

  test('stays when the text occurs more than once before', () => {
    const rows = '| one row of a table | 1 |\n'.repeat(3)
    expect(joined(rows, [rows]).given).toBe(rows)
    const line = '-'.repeat(60)
    expect(joined(line, [line]).given).toBe(line)
  })

  test('of the whole partial reply, by a server known to echo it, is dropped at any length', () => {
    const before = 'the same words again and again, '.repeat(400)
    expect(joined(before, [`${before}and on.`], { whole: true }).given).toBe('and on.')
    expect(joined(before, [...`${before}and on.`], { whole: true }).given).toBe('and on.')
    expect(joined(before, ['and on.'], { whole: true }).given).toBe('and on.')
  })

  test('is reported as repeated, unlike a server’s echo', () => {
    expect(joined(story, [`${story.slice(-40)} So`])).toMatchObject({ given: ' So', repeated: story.slice(-40) })
    expect(joined(story, [`${story} So`], { whole: true })).toMatchObject({ given: ' So', repeated: '' })
  })
})

describe('an incomplete repetition', () => {
  const half = 'there was a small stream that'

  test('is dropped when the reply was cut off', () => {
    expect(joined(story, [half], { cut: true }).given).toBe('')
    expect(joined(story, [...half], { cut: true }).given).toBe('')
  })

  test('stays when it is too short to be recognized', () => {
    expect(joined(story, ['there was a'], { cut: true }).given).toBe('there was a')
    expect(joined(story, ['there was a']).given).toBe('there was a')
  })

  test.each([true, false])('of the whole partial reply is dropped (cut: %s)', (cut) => {
    expect(joined(story, [story.slice(0, 30)], { whole: true, cut }).given).toBe('')
    expect(joined(story, ['O'], { whole: true, cut }).given).toBe('')
    expect(joined(story, ['Once more'], { whole: true, cut }).given).toBe('Once more')
  })
})

describe('for any texts', () => {
  const pieces = fc.array(fc.string({ maxLength: 12 }), { maxLength: 12 })
  // Few letters make repetitions common.
  const before = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 80 })
  /** Text that often starts with an end of the text before. */
  const both = fc
    .tuple(before, fc.nat(80), fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 40 }))
    .map(([first, from, rest]) => ({ first, next: first.slice(from) + rest }))

  test('only a repetition of at least 20 characters up to the end is dropped', () => {
    fc.assert(
      fc.property(both, ({ first, next }) => {
        const { given, repeated: left } = joined(first, [next])
        expect(left + given).toBe(next)
        expect(left === '' || (left.length >= 20 && first.endsWith(left))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('the result doesn’t depend on how the text is split', () => {
    fc.assert(
      fc.property(both, fc.integer({ min: 1, max: 7 }), ({ first, next }, size) => {
        const cut = next.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []
        expect(joined(first, cut).given).toBe(joined(first, [next]).given)
      }),
      { numRuns: 2000 },
    )
  })

  test('a unique end is always dropped', () => {
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

  test('wherever a repeating reply is cut off, nothing of at least 20 characters is duplicated', () => {
    const words = Array.from({ length: 40 }, (_, index) => `${index}:word `).join('')
    fc.assert(
      fc.property(fc.nat(100), fc.string(), fc.nat(), fc.nat(12), (from, rest, at, size) => {
        const repeated = words.slice(from)
        const said = `${repeated}${rest}`.slice(0, 20 + (at % (repeated.length + rest.length - 19)))
        const parts = said.match(new RegExp(`.{1,${size + 1}}`, 'gs')) ?? []
        expect(joined(words, parts, { cut: true }).given).toBe(said.slice(repeated.length))
      }),
    )
  })

  test('wherever an echoing reply ends, only new text is emitted', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.nat(), fc.boolean(), (before, rest, at, cut) => {
        const said = `${before}${rest}`.slice(0, at % (before.length + rest.length + 1))
        expect(joined(before, [...said], { whole: true, cut }).given).toBe(said.slice(before.length))
        expect(joined(before, [said], { whole: true, cut }).given).toBe(said.slice(before.length))
      }),
    )
  })

  test('at most 4,000 characters are held back', () => {
    const long = Array.from({ length: 3000 }, (_, index) => `${index} `).join('')
    const { mostHeld } = joined(long, [...long.slice(-9000, -100)])
    expect(mostHeld).toBeLessThanOrEqual(4000)
  })
})

test('reasoning passes unchanged, and a repetition is looked for after it', () => {
  const given: string[] = []
  const joint = new OverlapDeduper(story, { text: (text) => given.push(text), reclassify: () => given.push('|') })
  joint.add('because it')
  joint.reclassify()
  joint.add(' because it was dry in summer.')
  joint.add(' Then it rained.')
  joint.end()
  expect(given).toEqual(['because it', '|', ' Then it rained.'])
})
