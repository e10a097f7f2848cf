import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ThinkSplitter } from '@/lib/upstream/decoding/think'

/** The text and reasoning in pieces of text. */
function split(pieces: string[]) {
  let text = ''
  let reasoning = ''
  const splitter = new ThinkSplitter({
    text: (words) => {
      text += words
    },
    reasoning: (words) => {
      reasoning += words
    },
    reclassify: () => {
      throw new Error('Nothing here was told as text first')
    },
  })
  for (const piece of pieces) splitter.split(piece)
  splitter.end()
  return { text, reasoning }
}

const analysis = (words: string) => `<|channel|>analysis<|message|>${words}<|end|>`
const final = (words: string) => `<|start|>assistant<|channel|>final<|message|>${words}`

const samples: [string, string, string, string][] = [
  ['both channels', `${analysis('Hm. A < b')}${final('Four.')}`, 'Hm. A < b', 'Four.'],
  ['the mark of the end', `${analysis('Hm.')}${final('Four.<|return|>')}`, 'Hm.', 'Four.'],
  ['a role before the first channel', `<|start|>assistant${analysis('Hm.')}${final('Four.')}`, 'Hm.', 'Four.'],
  ['the final channel alone', '<|channel|>final<|message|>Four.', '', 'Four.'],
  ['white space around it', `\n${analysis('Hm.')}\n${final('Four.<|return|>\n')}`, 'Hm.', 'Four.'],
  ['no mark between the channels', `<|channel|>analysis<|message|>Hm.${final('Four.')}`, 'Hm.', 'Four.'],
  ['a channel with no start', `${analysis('Hm.')}<|channel|>final<|message|>Four.`, 'Hm.', 'Four.'],
  [
    'thought twice',
    `${analysis('One.')}<|start|>assistant${analysis('Two.')}${final('Four.')}`,
    'One.\n\nTwo.',
    'Four.',
  ],
  [
    'words before a call, and the call',
    `${analysis('Hm.')}<|start|>assistant<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>commentary to=functions.look <|constrain|>json<|message|>{"a":1}<|call|>`,
    'Hm.{"a":1}',
    'I look.',
  ],
  ['a constraint', `<|channel|>final <|constrain|>json<|message|>{"a":1}<|return|>`, '', '{"a":1}'],
  [
    'a role with a recipient',
    `${analysis('Hm.')}<|start|>assistant to=functions.look<|channel|>final<|message|>Four.`,
    'Hm.',
    'Four.',
  ],
  [
    'a call whose recipient stands in the role',
    `${analysis('Hm.')}<|start|>assistant to=functions.look<|channel|>commentary json<|message|>{"a":1}<|call|>`,
    'Hm.\n\n{"a":1}',
    '',
  ],
  ['a cut in a mark', `${analysis('Hm.')}<|start|>assis`, 'Hm.', ''],
  ['a cut while it thinks', '<|channel|>analysis<|message|>Hm', 'Hm', ''],
  [
    'marks that are talked about',
    final('It ends with <|end|>, and <|start|> begins it.'),
    '',
    'It ends with <|end|>, and <|start|> begins it.',
  ],
  [
    'marks in code',
    final(`As so:\n\`\`\`\n${analysis('x')}${final('y')}\n\`\`\`\nSee \`${final('z')}\`.<|return|>`),
    '',
    `As so:\n\`\`\`\n${analysis('x')}${final('y')}\n\`\`\`\nSee \`${final('z')}\`.`,
  ],
  ['code right before the end', `${final('```\n1\n```<|end|>')}${final('More.')}`, '', '```\n1\n```\n\nMore.'],
  ['an end that is none', final('a <| b <|en'), '', 'a <| b <|en'],
  [
    'a text about it',
    'The mark <|channel|>analysis<|message|> begins it.',
    '',
    'The mark <|channel|>analysis<|message|> begins it.',
  ],
  ['other marks', '<|im_start|>assistant\nHi', '', '<|im_start|>assistant\nHi'],
  ['a header that never ends', `<|channel|>${'x'.repeat(500)}`, '', `<|channel|>${'x'.repeat(500)}`],
  ['tags in the final channel', final('<think>not thought</think>'), '', '<think>not thought</think>'],
]

test.each(samples)('%s, however it is split', (_, whole, reasoning, text) => {
  expect(split([whole])).toEqual({ text, reasoning })
  expect(split([...whole])).toEqual({ text, reasoning })
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (places) => {
      const cuts = [0, ...places.sort((one, other) => one - other), whole.length]
      const pieces = cuts.slice(1).map((cut, index) => whole.slice(cuts[index], cut))
      expect(split(pieces)).toEqual({ text, reasoning })
    }),
    { numRuns: 50 },
  )
})

test('markers in any order give the same result however they are split, and text without any stays text', () => {
  const mark = fc.constantFrom(
    '<|start|>',
    '<|channel|>',
    '<|message|>',
    '<|end|>',
    '<|return|>',
    '<|call|>',
    '<|',
    '<',
  )
  const word = fc.constantFrom('assistant', 'analysis', 'final', ' ', '\n', '`', '```', 'a', '|>')
  fc.assert(
    fc.property(
      fc.array(fc.oneof(mark, word), { maxLength: 30 }),
      fc.array(fc.nat(200), { maxLength: 10 }),
      (all, places) => {
        const whole = all.join('')
        const cuts = [
          0,
          ...places.filter((place) => place < whole.length).sort((one, other) => one - other),
          whole.length,
        ]
        const pieces = cuts.slice(1).map((cut, index) => whole.slice(cuts[index], cut))
        const once = split([whole])
        expect(split(pieces)).toEqual(once)
        if (!whole.includes('<|message|>')) expect(once).toEqual({ text: whole, reasoning: '' })
      },
    ),
    { numRuns: 2000 },
  )
})
