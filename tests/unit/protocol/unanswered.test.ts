import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, answerIn, isBlank, promptStatuses, type Waiting, waitingAfter } from '@/lib/protocol/unanswered'

describe('the status of each prompt', () => {
  const [a, u, r] = ['answered', 'unanswered', 'refused'] as const
  it.each([
    ['one that was answered', [a], ['sent']],
    ['the last one', [a, u], ['sent', 'waiting']],
    ['one that was gone on from', [u, a], ['joined', 'sent']],
    ['some in a row', [u, u, u], ['joined', 'joined', 'waiting']],
    ['one that was refused', [a, r, a], ['sent', 'left out', 'sent']],
    ['the last one, refused', [r], ['left out']],
    ['one before one that was refused', [u, r, a], ['joined', 'left out', 'sent']],
    ['one that three were refused with', [u, r, r, r, a], ['left out', 'left out', 'left out', 'left out', 'sent']],
    [
      'one that two were refused with, then none',
      [u, r, r, a, r],
      ['joined', 'left out', 'left out', 'sent', 'left out'],
    ],
  ] as [string, Answer[], string[]][])('%s', (_, answers, statuses) => {
    expect(promptStatuses(answers)).toEqual(statuses)
  })

  it('agrees with how prompts are built', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(a, u, r), { maxLength: 30 }), (answers) => {
        const sent = new Set<number>()
        let waiting: Waiting<number>[] = []
        answers.forEach((answer, place) => {
          waiting = [...waiting, { prompt: place, refusals: 0 }]
          if (answer === 'answered') for (const { prompt } of waiting) sent.add(prompt)
          waiting = waitingAfter(waiting, answer)
        })
        for (const { prompt } of waiting) sent.add(prompt)
        expect(promptStatuses(answers).map((promptStatus) => promptStatus !== 'left out')).toEqual(
          answers.map((_, place) => sent.has(place)),
        )
      }),
    )
  })
})

it.each([
  ['refusal', 'refused'],
  ['SAFETY', 'refused'],
  ['guardrail_intervened', 'refused'],
  ['sensitive', 'refused'],
  ['content_filtered', 'refused'],
  ['stop', 'unanswered'],
  ['MAX_TOKENS', 'unanswered'],
  [null, 'unanswered'],
])('a reply without text that ended with %j is %s', (finishReason, answer) => {
  expect(answerIn({ parts: [], status: 'completed', finishReason })).toBe(answer)
})

it.each([
  '',
  ' ',
  '\n\t\r\f\v',
  '\u00a0\u2003\u3000\ufeff',
  '\u200b\u200d\u2060\u00ad',
  '\u0000\u001c\u0085',
  '\u2028\u2029',
])('%j shows nothing', (text) => {
  expect(isBlank(text)).toBe(true)
})
it.each(['.', ' a ', '\u{1F600}', '\u2800', '0', '\ud83d', '\u0301', '\u200b\u5b57'])('%j shows something', (text) => {
  expect(isBlank(text)).toBe(false)
})
