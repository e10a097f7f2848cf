import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Usage } from '@/lib/protocol/events'
import { createDecoder } from '@/lib/upstream/decoding/decode'
import { ReplyAccumulator } from '@/lib/upstream/reply-accumulator'
import { choice, chunk, delta, done, event, finish, reasoning, usage, usageFields } from '@/tests/upstream/events'

type Call = [kind: 'text' | 'reasoning', words: string] | ['reclassify']

/** Decodes reads of bytes; returns what the sink received and the state of the reply. */
function decode(reads: Uint8Array[]) {
  const calls: Call[] = []
  let tokens: Usage | null = null
  const answer = new ReplyAccumulator({
    text: (words) => calls.push(['text', words]),
    reasoning: (words) => calls.push(['reasoning', words]),
    reclassify: () => calls.push(['reclassify']),
    usage: (reported) => {
      tokens = reported
    },
  })
  const decoder = createDecoder(answer)
  for (const read of reads) decoder.feed(read)
  decoder.end(false)
  const { finishReason, done: isDone, problem } = answer
  return { calls, stand: { ...joined(calls), finishReason, isDone, tokens, problem } }
}

function joined(calls: Call[]): { text: string; reasoning: string } {
  const all = { text: '', reasoning: '' }
  for (const [kind, words] of calls) {
    if (kind === 'reclassify') {
      all.reasoning += all.text
      all.text = ''
    } else all[kind] += words
  }
  return all
}

const bytes = (text: string) => Buffer.from(text)
const standOf = (body: string) => decode([bytes(body)]).stand

/** A body split at fractions of its length. */
function cutAt(body: Uint8Array, places: number[]): Uint8Array[] {
  const cuts = places.map((place) => Math.round(place * body.length)).sort((a, b) => a - b)
  return [...cuts, body.length].map((end, index) => body.subarray(cuts[index - 1] ?? 0, end))
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
/** Any text without NUL: multi-byte characters, surrogate pairs, combining marks, line ends. */
const words = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '😀',
      '👩‍👩‍👧',
      'é',
      '中文',
      '\r\n',
      '"\\',
      '<think>',
      '</think>',
      '<',
      'data: ',
      '[DONE]',
      '\u2028',
    ),
  )
  .map((text) => text.replaceAll('\0', ''))

interface Piece {
  wire: string
  text: string
  reasoning: string
}
const piece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 5, arbitrary: words.map((text) => ({ wire: delta(text), text, reasoning: '' })) },
  {
    weight: 2,
    arbitrary: words.map((text) => ({
      wire: delta(text).replace('data: {', 'event: x\ndata: {\ndata:'),
      text,
      reasoning: '',
    })),
  },
  { weight: 2, arbitrary: words.map((text) => ({ wire: reasoning(text), text: '', reasoning: text })) },
  fc
    .constantFrom(
      ': a comment\n\n',
      ':\n',
      'id: 7\nretry: 10\n\n',
      'unknown: field\n\n',
      'data:\n\n',
      event({ type: 'ping' }),
      'event: ping\ndata: {}\n\n',
      choice({ delta: {} }),
      choice({ delta: { role: 'assistant', content: '' } }),
      chunk({ choices: [] }),
    )
    .map((wire) => ({ wire, text: '', reasoning: '' })),
)
const stream = fc.record({
  bom: fc.boolean(),
  // Starts with a mention of tags, so that later tags count as text.
  pieces: fc
    .array(piece, { maxLength: 20 })
    .map((pieces) => [{ wire: delta('Of <think>: '), text: 'Of <think>: ', reasoning: '' }, ...pieces]),
  ends: fc.array(lineEnd, { minLength: 1, maxLength: 5 }),
})

/** A stream as bytes, with a mix of the three line ends. */
function bodyOf({ bom, pieces, ends }: { bom: boolean; pieces: Piece[]; ends: string[] }): Uint8Array {
  let line = 0
  let last = ''
  const wire = pieces.map((each) => each.wire).join('') + finish('stop') + usage({ prompt: 5, completion: 3 }) + done
  const mixed = wire.replaceAll('\n', (_, at: number) => {
    const end = ends[line++ % ends.length] ?? '\n'
    // An LF right after a CR would belong to the same line end.
    last = end === '\n' && last === '\r' && wire[at - 1] === '\n' ? '\r' : end
    return last
  })
  return bytes((bom ? '\uFEFF' : '') + mixed)
}

describe('any stream split at any bytes', () => {
  test('decodes to the same reply', () => {
    fc.assert(
      fc.property(stream, places, (made, cuts) => {
        const body = bodyOf(made)
        expect(decode(cutAt(body, cuts)).stand).toEqual(decode([body]).stand)
      }),
      { numRuns: 500 },
    )
  })

  test('decodes to the upstream’s text', () => {
    fc.assert(
      fc.property(stream, places, (made, cuts) => {
        const { stand } = decode(cutAt(bodyOf(made), cuts))
        expect(stand).toEqual({
          text: made.pieces.map(({ text }) => text).join(''),
          reasoning: made.pieces.map((each) => each.reasoning).join(''),
          finishReason: 'stop',
          isDone: true,
          tokens: expect.objectContaining({ promptTokens: 5, completionTokens: 3 }),
          problem: null,
        })
      }),
      { numRuns: 500 },
    )
  })

  test.each(['\n', '\r', '\r\n'])('decodes byte by byte too, with lines that end in %j', (end) => {
    const lines = delta('Grüße 😀').replace('data: {', 'event: x\ndata: {\ndata:')
    const body = bytes(`\uFEFF: hi\n\n${lines}${reasoning('中')}${finish('stop')}${done}`.replaceAll('\n', end))
    expect(decode([...body].map((byte) => Uint8Array.of(byte))).stand).toMatchObject({
      text: 'Grüße 😀',
      reasoning: '中',
      isDone: true,
      problem: null,
    })
  })

  test('arbitrary bytes throw nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), places, (body, cuts) => {
        decode(cutAt(body, cuts))
      }),
    )
  })

  test('arbitrary JSON events throw nothing and show no object', () => {
    const anything = fc.oneof(
      fc.json(),
      fc
        .record({ choices: fc.jsonValue(), usage: fc.jsonValue(), error: fc.option(fc.jsonValue()) })
        .map((value) => JSON.stringify(value)),
      fc
        .record({ delta: fc.jsonValue(), message: fc.jsonValue(), finish_reason: fc.jsonValue() })
        .map((value) => choice(value).slice(6)),
      fc
        .record({ content: fc.jsonValue(), reasoning_details: fc.jsonValue(), tool_calls: fc.jsonValue() })
        .map((value) => choice({ delta: value }).slice(6)),
    )
    fc.assert(
      fc.property(anything, (value) => {
        expect(standOf(event(value)).text).not.toContain('[object')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('lines', () => {
  const json = delta('a').trimEnd().slice('data: '.length)
  test.each<[string, string, string]>([
    ['no space after the colon', `data:${json}\n\n`, 'a'],
    ['two spaces after the colon', `data:  ${json}\n\n`, 'a'],
    ['several data lines', `data: ${json.slice(0, 1)}\ndata: ${json.slice(1)}\n\n`, 'a'],
    ['an empty data', `data:\n\ndata\n\n${delta('a')}`, 'a'],
    ['a named event', `event: completion\ndata: ${json}\n\n`, 'a'],
    ['a named event that is no JSON', `event: ping\ndata: pong\n\n${delta('a')}`, 'a'],
    ['unknown fields', `x-anything: 1\n${delta('a')}`, 'a'],
    ['many line ends between events', `data: ${json}\n\n\n\n\n${delta('b')}`, 'ab'],
    ['the name of the field twice', `data: ${delta('a')}data: data: ${delta('b')}`, 'ab'],
    ['no empty lines between events', `data: ${json}\ndata: ${json}\ndata: ${json}\n`, 'aaa'],
    ['no empty lines between some events', `data: ${json}\n\ndata: ${json}\ndata: ${json}\n\n`, 'aaa'],
    ['no empty lines, and comments', `data: ${json}\n: hi\ndata: ${json}\n`, 'aa'],
    ['no empty lines, and the name twice', `data: data: ${json}\ndata: data: ${json}\n`, 'aa'],
    ['a chunk over lines that end in brackets', `data: {"x": [{}\ndata: ,{}]\ndata: ,${json.slice(1)}\n\n`, 'a'],
  ])('%s', (_, body, text) => {
    expect(standOf(body + finish('stop') + done)).toMatchObject({ text, problem: null })
  })

  test.each(['\n', '\r', '\r\n'])(
    'with one %j between events, text is emitted with its read, however it is split',
    (end) => {
      const lines = [delta('a'), delta('b'), finish('stop'), done].map((each) => each.replace('\n\n', end))
      expect(decode(lines.map(bytes)).calls).toEqual([
        ['text', 'a'],
        ['text', 'b'],
      ])
      fc.assert(
        fc.property(places, (cuts) => {
          expect(decode(cutAt(bytes(lines.join('')), cuts)).stand).toMatchObject({
            text: 'ab',
            isDone: true,
            problem: null,
          })
        }),
      )
    },
  )

  test('unreadable text between single line ends ends the reply too', () => {
    const { text, problem } = standOf(`${delta('a').trimEnd()}\ndata: {"choices": oops}\n${delta('b').trimEnd()}\n`)
    expect({ text, problem }).toMatchObject({ text: 'a', problem: { kind: 'upstream' } })
  })

  test('an endless document is not parsed again at each line', () => {
    const lines = `data: {"a": [\n${'data: {},{}\n'.repeat(50_000)}`
    const startedAt = performance.now()
    decode([bytes(lines)])
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('JSON lines without field names', () => {
    const json = (text: string) => text.slice('data: '.length).trimEnd()
    expect(standOf(`${json(delta('a'))}\n${json(delta('b'))}\n${json(finish('stop'))}\n`)).toMatchObject({
      text: 'ab',
      finishReason: 'stop',
      problem: null,
    })
  })

  test('a CR ends a line at once', () => {
    const calls = decode([bytes(`${delta('a')}`.replaceAll('\n', '\r')), bytes(`\n${finish('stop')}`)]).calls
    expect(calls).toEqual([['text', 'a']])
  })
})

describe('shapes', () => {
  test.each<[string, string, { text?: string; reasoning?: string }]>([
    ['choices empty', chunk({ choices: [] }), {}],
    ['choices absent', chunk({}), {}],
    ['choices null', chunk({ choices: null }), {}],
    ['choices of nulls', chunk({ choices: [null, 7] }), {}],
    ['delta absent', chunk({ choices: [{ index: 0 }] }), {}],
    ['delta null', choice({ delta: null }), {}],
    ['content null', choice({ delta: { content: null } }), {}],
    ['content a number', choice({ delta: { content: 7 } }), {}],
    ['content an object', choice({ delta: { content: { text: 'a' } } }), {}],
    [
      'content a list of parts',
      choice({ delta: { content: [{ type: 'text', text: 'a' }, 'b', { type: 'image_url' }, null] } }),
      { text: 'ab' },
    ],
    [
      'thinking among the parts',
      choice({
        delta: {
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'text', text: 'a' },
          ],
        },
      }),
      { text: 'a', reasoning: 'hm' },
    ],
    [
      'reasoning among the parts, by its summary',
      choice({
        delta: {
          content: [
            {
              type: 'reasoning',
              summary: [
                { type: 'summary_text', text: 'h' },
                { type: 'summary_text', text: 'm' },
              ],
            },
            { type: 'text', text: 'a' },
          ],
        },
      }),
      { text: 'a', reasoning: 'hm' },
    ],
    [
      'reasoning among the parts, of other types',
      choice({
        delta: {
          content: [
            { type: 'reasoning_text', text: 'a' },
            { type: 'thinking', text: 'b' },
            { type: 'reasoning', reasoning: 'c' },
            { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'd' }] },
            { type: 'text', text: 'e', thought: true },
            { type: 'redacted_thinking', data: 'x' },
            { type: 'output_text', text: 'text' },
          ],
        },
      }),
      { text: 'text', reasoning: 'abcde' },
    ],
    [
      'a picture alone',
      choice({
        delta: { content: '', images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
      }),
      { text: '\n\n![Image](data:image/png;base64,AA==)\n\n' },
    ],
    [
      'a picture among the parts',
      choice({ delta: { content: [{ type: 'image_url', image_url: 'https://a.example/b.png' }, { text: 'x' }] } }),
      { text: '\n\n![Image](https://a.example/b.png)\n\nx' },
    ],
    [
      'a picture in base64',
      chunk({ choices: [{ message: { content: null, images: [{ b64_json: 'AA==' }] } }] }),
      { text: '\n\n![Image](data:image/png;base64,AA==)\n\n' },
    ],
    [
      'what is no picture',
      choice({
        delta: { content: 'x', images: [{ url: 'javascript:x' }, { image_url: { url: 'https://a.b/) c' } }, null] },
      }),
      { text: 'x' },
    ],
    ['reasoning_text', choice({ delta: { reasoning_text: 'hm' } }), { reasoning: 'hm' }],
    ['thinking', choice({ delta: { content: '', thinking: 'hm' } }), { reasoning: 'hm' }],
    ['thinking as an object', choice({ delta: { thinking: { content: 'hm' } } }), { reasoning: 'hm' }],
    ['thinking as a list', choice({ delta: { thinking: [{ type: 'text', text: 'hm' }] } }), { reasoning: 'hm' }],
    ['reasoning as an object', choice({ delta: { reasoning: { text: 'hm' } } }), { reasoning: 'hm' }],
    ['reasoning null', choice({ delta: { reasoning: null, reasoning_content: null, content: 'a' } }), { text: 'a' }],
    ['reasoning true', choice({ delta: { reasoning: true, content: 'a' } }), { text: 'a' }],
    [
      'thinking of a whole message',
      chunk({ choices: [{ message: { content: 'a', thinking: 'hm' } }] }),
      { text: 'a', reasoning: 'hm' },
    ],
    ['message in place of delta', chunk({ choices: [{ message: { content: 'a' } }] }), { text: 'a' }],
    [
      'message once more after the deltas',
      delta('a') + chunk({ choices: [{ delta: {}, message: { content: 'a' } }] }),
      { text: 'a' },
    ],
    ['text in place of delta', chunk({ choices: [{ index: 0, text: 'a' }] }), { text: 'a' }],
    [
      'two choices',
      chunk({
        choices: [
          { index: 1, delta: { content: 'b' } },
          { index: 0, delta: { content: 'a' } },
        ],
      }),
      { text: 'a' },
    ],
    [
      'the only choice numbered 1',
      chunk({ choices: [{ index: 1, delta: { content: 'a' } }] }) +
        chunk({ choices: [{ index: 1, delta: { content: 'b' }, finish_reason: 'stop' }] }),
      { text: 'ab' },
    ],
    [
      'two choices in chunks of their own',
      [0, 1, 0, 1]
        .map((index, place) => chunk({ choices: [{ index, delta: { content: 'axby'.charAt(place) } }] }))
        .join(''),
      { text: 'ab' },
    ],
    [
      'a choice numbered 1 that is empty, before the first',
      chunk({ choices: [{ index: 1, delta: { role: 'assistant' } }] }) + delta('a'),
      { text: 'a' },
    ],
    ['no index', chunk({ choices: [{ delta: { content: 'a' } }] }), { text: 'a' }],
    [
      'role twice',
      choice({ delta: { role: 'assistant', content: 'a' } }) + choice({ delta: { role: 'assistant', content: 'b' } }),
      { text: 'ab' },
    ],
    ['reasoning_content', choice({ delta: { reasoning_content: 'hm' } }), { reasoning: 'hm' }],
    ['reasoning', choice({ delta: { reasoning: 'hm' } }), { reasoning: 'hm' }],
    ['both, once', choice({ delta: { reasoning_content: 'hm', reasoning: 'hm' } }), { reasoning: 'hm' }],
    ['one of them empty', choice({ delta: { reasoning_content: '', reasoning: 'hm' } }), { reasoning: 'hm' }],
    [
      'reasoning_details',
      choice({
        delta: {
          reasoning_details: [
            { type: 'reasoning.text', text: 'h' },
            { type: 'reasoning.summary', summary: 'm' },
          ],
        },
      }),
      { reasoning: 'hm' },
    ],
    [
      'reasoning and its details, once',
      choice({ delta: { reasoning: 'hm', reasoning_details: [{ text: 'hm' }] } }),
      { reasoning: 'hm' },
    ],
    ['a refusal', choice({ delta: { refusal: 'I cannot.' } }), { text: 'I cannot.' }],
    ['a refusal beside null content', choice({ delta: { content: null, refusal: 'No.' } }), { text: 'No.' }],
    [
      '__proto__',
      event('{"__proto__":{"choices":[{"delta":{"content":"evil"}}]},"choices":[{"delta":{"content":"a"}}]}'),
      { text: 'a' },
    ],
    ['names of methods as codes', chunk({ choices: [], constructor: 1, toString: 'x' }), {}],
  ])('%s', (_, body, { text = '', reasoning: thoughts = '' }) => {
    expect(standOf(body + finish('stop') + done)).toMatchObject({ text, reasoning: thoughts, problem: null })
  })

  test('text and reasoning keep their order', () => {
    const { calls } = decode([bytes(reasoning('a') + reasoning('b') + delta('c') + delta('d') + reasoning('e'))])
    expect(calls).toEqual([
      ['reasoning', 'ab'],
      ['text', 'cd'],
      ['reasoning', 'e'],
    ])
  })

  test('no field reaches the prototype of objects', () => {
    standOf(event('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"error":null}'))
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('characters', () => {
  const half = (content: string) => event(`{"choices":[{"index":0,"delta":{"content":"${content}"}}]}`)

  test('a surrogate pair split over two deltas of one read', () => {
    expect(standOf(half('\\ud83d') + half('\\ude00')).text).toBe('😀')
  })

  test('a surrogate pair split over two reads is emitted whole, once', () => {
    const { calls } = decode([bytes(half('a\\ud83d')), bytes(half('\\ude00b'))])
    expect(calls).toEqual([
      ['text', 'a'],
      ['text', '😀b'],
    ])
  })

  test('a surrogate pair split around reasoning', () => {
    const { stand } = decode([bytes(half('\\ud83d')), bytes(reasoning('hm')), bytes(half('\\ude00'))])
    expect(stand).toMatchObject({ text: '😀', reasoning: 'hm' })
  })

  test.each([
    ['a first half alone at the end', ['a\\ud83d'], 'a\uFFFD'],
    ['a first half alone in the middle', ['\\ud83d', 'a'], '\uFFFDa'],
    ['a second half alone', ['\\ude00a'], '\uFFFDa'],
    ['NUL', ['a\\u0000b'], 'a\uFFFDb'],
  ])('%s', (_, contents, text) => {
    expect(decode(contents.map((content) => bytes(half(content)))).stand.text).toBe(text)
  })

  test('bytes that aren’t UTF-8', () => {
    const [before, after] = delta('X').split('X')
    const body = Buffer.concat([bytes(before ?? ''), Uint8Array.of(0xff), bytes(after ?? '')])
    expect(decode([body]).stand.text).toBe('\uFFFD')
  })
})

describe('<think> in the text', () => {
  test.each<[string, string, string, string]>([
    ['at the start', '<think>hm</think>Hello', 'Hello', 'hm'],
    ['with line breaks around', '\n<think>\nhm\n</think>\n\nHello', 'Hello', 'hm\n'],
    ['closed in other letters', '<Think>hm</think>Hello', 'Hello', 'hm'],
    ['opened in other letters', '<think>hm</THINK>\nHello', 'Hello', 'hm'],
    ['brackets in other letters', '[THINK]hm[/think]Hello', 'Hello', 'hm'],
    ['never closed, with marks in it', '[THINK]hm [/TH', '', 'hm [/TH'],
    ['twice', '<think>a</think>\n<think>b</think>c', 'c', 'ab'],
    ['empty', '<think>\n\n</think>\n\nHello', 'Hello', ''],
    ['never closed', '<think>hm', '', 'hm'],
    ['closed in part', '<think>hm</thi', '', 'hm</thi'],
    ['opened in part', '<thi', '<thi', ''],
    ['another tag', '<thinker>hm</thinker>', '<thinker>hm</thinker>', ''],
    [
      'further down, where the answer talks about it',
      'Use `<think>` and `</think>`.',
      'Use `<think>` and `</think>`.',
      '',
    ],
    ['nothing after it', '<think>hm</think>\n\n', '', 'hm'],
    ['blank space that is no lead', '   a', '   a', ''],
    ['blank space alone', ' \n ', ' \n ', ''],
    ['less-than signs within', '<think>1 < 2 </ 3</think>a', 'a', '1 < 2 </ 3'],
    ['thinking', '<thinking>hm</thinking>\n\nHello', 'Hello', 'hm'],
    ['thought', '<thought>\nhm</thought>Hello', 'Hello', 'hm'],
    ['[THINK]', '[THINK]hm[/THINK]Hello', 'Hello', 'hm'],
    ['seed:think', '<seed:think>hm</seed:think>Hello', 'Hello', 'hm'],
    ['in capitals', '<Think>hm</Think>Hello', 'Hello', 'hm'],
    ['another closing tag within', '<think>a </thinking> b</think>Hello', 'Hello', 'a </thinking> b'],
    ['closed and not opened', 'Let me see.</think>All of it.', 'All of it.', 'Let me see.'],
    ['closed and not opened, on lines of its own', 'Hm, 4.\n</think>\n\nIt is 4.', 'It is 4.', 'Hm, 4.\n'],
    ['closed and not opened, with words around', 'Let me see </think> It is 4.', ' It is 4.', 'Let me see '],
    ['closed and not opened, behind a quotation', 'I say "4"</think>4', '4', 'I say "4"'],
    ['closed and not opened, behind code', 'So `4`.\n```\n4\n```\n</think>4', '4', 'So `4`.\n```\n4\n```\n'],
    ['closed and not opened, nothing after it', 'Let me see.</think>', '', 'Let me see.'],
    ['closed at the start', '</think>\n\nHello', 'Hello', ''],
    ['closed at the start, after blank lines', '\n\n</think>\n\nHello', 'Hello', ''],
    ['closed and not opened, by [/THINK]', 'Let me see.[/THINK]It is 4.', 'It is 4.', 'Let me see.'],
    ['closed and not opened, then opened', 'a</think><think>b</think>c', 'c', 'ab'],
    ['closed twice', 'a</think>b</think>c', 'b</think>c', 'a'],
    ['closed in part and not opened', 'a < b </thin', 'a < b </thin', ''],
    ['in code', 'It ends with `</think>`, always.', 'It ends with `</think>`, always.', ''],
    ['in a block of code', 'So:\n```\nhm\n</think>\n4\n```\n', 'So:\n```\nhm\n</think>\n4\n```\n', ''],
    ['quoted', 'The tag "</think>" ends it.', 'The tag "</think>" ends it.', ''],
    ['in brackets', 'A tag (</think>) ends it.', 'A tag (</think>) ends it.', ''],
    ['in a sentence', 'Here the </think> tag ends it.', 'Here the </think> tag ends it.', ''],
    ['quoted, then closed', 'Say "</think>" now.\n</think>\nYes.', 'Yes.', 'Say "</think>" now.\n'],
    ['a heading in brackets', '[1] </b> [x](y)', '[1] </b> [x](y)', ''],
  ])('%s, whole and in pieces', (_, content, text, thoughts) => {
    expect(standOf(delta(content))).toMatchObject({ text, reasoning: thoughts })
    fc.assert(
      fc.property(places, fc.boolean(), (cuts, together) => {
        const deltas = cutAt(bytes(content), cuts).map((cut) => bytes(delta(Buffer.from(cut).toString())))
        expect(decode(together ? [Buffer.concat(deltas)] : deltas).stand).toMatchObject({ text, reasoning: thoughts })
      }),
      { numRuns: 50 },
    )
  })

  test('emitted text is reclassified as reasoning; text that was held back becomes reasoning at once', () => {
    expect(decode([delta('Let me '), delta('see.</think>'), delta('Yes.')].map(bytes)).calls).toEqual([
      ['text', 'Let me '],
      ['reclassify'],
      ['reasoning', 'see.'],
      ['text', 'Yes.'],
    ])
    expect(decode([bytes(delta('Let me see.') + delta('</think>Yes.'))]).calls).toEqual([
      ['reasoning', 'Let me see.'],
      ['text', 'Yes.'],
    ])
  })

  test('after separate reasoning, a lone closing tag counts only at the very start', () => {
    expect(standOf(delta('a') + reasoning('hm') + delta('b</think>c'))).toMatchObject({
      text: 'ab</think>c',
      reasoning: 'hm',
    })
    expect(standOf(reasoning('hm') + delta('</think>\n\nHello'))).toMatchObject({ text: 'Hello', reasoning: 'hm' })
  })

  test('text held back for a tag comes before later reasoning', () => {
    expect(decode([bytes(delta('a <')), bytes(reasoning('hm')), bytes(delta('b'))]).calls).toEqual([
      ['text', 'a '],
      ['text', '<'],
      ['reasoning', 'hm'],
      ['text', 'b'],
    ])
  })

  test('a text full of closing tags, or a very long one, stays cheap', () => {
    const startedAt = performance.now()
    decode([bytes(delta('`</think>` '.repeat(50_000)))])
    decode(Array.from({ length: 20_000 }, () => bytes(delta('a word or two of text, and <b> '))))
    expect(performance.now() - startedAt).toBeLessThan(1500)
  })

  test('text is emitted with its read, not held back for an impossible tag', () => {
    expect(decode([bytes(delta('<b>')), bytes(delta('x'))]).calls[0]).toEqual(['text', '<b>'])
  })
})

test('usage is reported in order, between the text before and after it', () => {
  const told: (string | number)[] = []
  const answer = new ReplyAccumulator({
    text: (words) => told.push(words),
    reasoning: (words) => told.push(words),
    reclassify: () => told.push('reclassify'),
    usage: ({ completionTokens }) => told.push(completionTokens),
  })
  const decoder = createDecoder(answer)
  const counted = (content: string, completion: number) =>
    chunk({ choices: [{ index: 0, delta: { content } }], usage: usageFields({ prompt: 5, completion }) })
  decoder.feed(bytes(counted('One', 1) + counted(', two', 3) + delta(', three')))
  decoder.feed(bytes(counted(', four', 7)))
  decoder.feed(bytes(usage({ prompt: 5, completion: 8 })))
  decoder.end(true)
  expect(told).toEqual(['One', 1, ', two', 3, ', three', ', four', 7, 8])
})

describe('markers of a stream, with deviations', () => {
  test.each(['data: "[DONE]"', 'data: [done]', 'data: DONE', 'event: done\ndata: {}', 'event: done\ndata: [DONE]'])(
    'the end: %s',
    (end) => {
      expect(standOf(`${delta('Hi')}${end}\n\n`)).toMatchObject({ text: 'Hi', isDone: true, problem: null })
    },
  )

  test.each(['ping', '[ping]', ': heartbeat', 'keep-alive', 'KEEPALIVE'])('a heartbeat: %s', (sign) => {
    const stream = `data: ${sign}\n\n${delta('Hi')}data: ${sign}\n\n${delta(' there')}${done}`
    expect(standOf(stream)).toMatchObject({ text: 'Hi there', isDone: true, problem: null })
  })

  test.each([{ error: {} }, { error: [] }, { error: null, errors: [], detail: {} }])('no error: %j', (nothing) => {
    const piece = event({ ...nothing, choices: [{ index: 0, delta: { content: 'Hi' } }] })
    expect(standOf(piece + done)).toMatchObject({ text: 'Hi', isDone: true, problem: null })
  })
})

test.each([
  { thinking_content: 'hm' },
  { thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'x' }] },
  { reasoningContent: 'hm' },
  { thought: 'hm' },
  { thoughts: ['hm'] },
])('reasoning is read from %j', (fields) => {
  const piece = event({ choices: [{ index: 0, delta: fields }] })
  expect(standOf(piece + delta('Hi') + done)).toMatchObject({ text: 'Hi', reasoning: 'hm', problem: null })
})

test.each([{ finishReason: 'length' }, { delta: { finish_reason: 'length' } }])(
  'a finish is read from %j',
  (fields) => {
    const last = event({ choices: [{ index: 0, delta: {}, ...fields }] })
    expect(standOf(delta('Hi') + last + done)).toMatchObject({ text: 'Hi', finishReason: 'length', problem: null })
  },
)
