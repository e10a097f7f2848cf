import { brotliCompressSync, gzipSync } from 'node:zlib'
import { choice, chunk, delta, done, event, finish, reasoning, usage, usageFields, whole } from '../upstream/events'
import type { Step } from '../upstream/scripted'

/** What an upstream does, byte for byte, and what a person is to get of it: in the response, in the database, on the page. */
export interface Behaviour {
  name: string
  script: Step[]
  status: 'completed' | 'interrupted' | 'failed'
  text: string
  reasoning?: string
  /** The kind of the error part; none when the answer has no error. */
  kind?: string
  /** Where that is the point. */
  finishReason?: string
  /** As reported; where that is the point. */
  completionTokens?: number
  /** What the page says of it. */
  words?: RegExp
}

const stop = finish('stop')
const end: Step = { end: true }
const all = 'All of it.'
const half = 'Half an ans'
const never: Step = { until: 'never' }
const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }

const write = (...pieces: (string | Buffer)[]): Step[] => pieces.map((piece) => ({ write: piece }))
const error = (message: string, code: string, fields = {}) =>
  JSON.stringify({ error: { message, type: code, code, ...fields } })
const answers = (status: number, body: string, headers: Record<string, string> = json): Step[] => [
  { status, headers },
  { write: body },
  end,
]

/** A stream of one answer, cut into writes of `size` bytes. */
function inPieces(stream: string, size: number): Step[] {
  const bytes = Buffer.from(stream)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => ({
    write: bytes.subarray(n * size, (n + 1) * size),
  }))
}

const complete = (name: string, script: Step[], more: Partial<Behaviour> = {}): Behaviour => ({
  name,
  script,
  status: 'completed',
  text: all,
  ...more,
})
const cut = (name: string, script: Step[], kind: string, more: Partial<Behaviour> = {}): Behaviour => ({
  name,
  script,
  status: 'interrupted',
  text: half,
  kind,
  ...more,
})
const fails = (
  name: string,
  script: Step[],
  kind: string,
  words: RegExp,
  more: Partial<Behaviour> = {},
): Behaviour => ({
  name,
  script,
  status: 'failed',
  text: '',
  kind,
  words,
  ...more,
})

const endings: Behaviour[] = [
  complete('finish_reason and [DONE]', [...write(delta(all), stop, done), end], { finishReason: 'stop' }),
  complete('[DONE] and no finish_reason', [...write(delta(all), done), end]),
  complete('finish_reason and no [DONE]', [...write(delta(all), stop), end], { finishReason: 'stop' }),
  complete('finish_reason, then the socket stays open', [...write(delta(all), stop), never], { finishReason: 'stop' }),
  complete('[DONE], then the socket stays open', [...write(delta(all), done), never]),
  complete('finish_reason, then a reset', [...write(delta(all), stop), { reset: true }], { finishReason: 'stop' }),
  complete('[DONE], then a reset', [...write(delta(all), done), { reset: true }]),
  complete(
    'finish_reason in the chunk of the last text',
    [...write(choice({ delta: { content: all }, finish_reason: 'stop' }), done), end],
    { finishReason: 'stop' },
  ),
  complete('finish_reason twice', [...write(delta(all), stop, stop, done), end], { finishReason: 'stop' }),
  complete('a reason that nobody knows', [...write(delta(all), finish('because'), done), end], {
    finishReason: 'because',
  }),
  complete('the limit of tokens', [...write(delta(all), finish('length'), done), end], {
    finishReason: 'length',
    words: /limit/i,
  }),
  complete('[DONE] with no blank line after it', [...write(delta(all), stop, 'data: [DONE]'), end], {
    finishReason: 'stop',
  }),
  complete('text after [DONE]', [...write(delta(all), stop, done, delta('Never seen.')), end], {
    finishReason: 'stop',
  }),
  cut('no end at all', [...write(delta(half)), end], 'network', { words: /dropped|interrupted/i }),
  cut('no end, after reasoning alone', [...write(reasoning('Hm.')), end], 'network', { text: '', reasoning: 'Hm.' }),
  cut('finish_reason error', [...write(delta(half), finish('error'), done), end], 'upstream', {
    finishReason: 'error',
  }),
  cut(
    'insufficient_system_resource',
    [...write(delta(half), finish('insufficient_system_resource'), done), end],
    'upstream',
    { finishReason: 'insufficient_system_resource' },
  ),
  complete('content_filter after some text', [...write(delta(all), finish('content_filter'), done), end], {
    finishReason: 'content_filter',
    words: /filter/i,
  }),
  fails('content_filter and no text', [...write(finish('content_filter'), done), end], 'content_filter', /filter/i, {
    finishReason: 'content_filter',
  }),
]

const each = (text: string, reason = 'stop') => choice({ delta: { content: text }, finish_reason: reason })

const oddFinishes: Behaviour[] = [
  complete(
    'finish_reason on every chunk',
    [...write(each('All ')), { wait: 1700 }, ...write(each('of it.'), done), end],
    {
      finishReason: 'stop',
    },
  ),
  complete('finish_reason on every chunk, then the end of the body', [...write(each('All '), each('of it.')), end]),
  complete('text a second after finish_reason', [
    ...write(delta('All '), stop),
    { wait: 1000 },
    ...write(delta('of it.'), stop, done),
    end,
  ]),
  cut(
    'finish_reason on every chunk, then a reset',
    [...write(each('Half an '), each('ans')), { wait: 50 }, { reset: true }],
    'network',
  ),
  ...['MAX_TOKENS', 'max_tokens', 'model_length', 'max_output_tokens'].map((reason) =>
    complete(`the limit of tokens, as ${reason}`, [...write(delta(all), finish(reason), done), end], {
      finishReason: reason,
      words: /limit.*Continue/is,
    }),
  ),
  ...['SAFETY', 'PROHIBITED_CONTENT', 'content_filter: hate', 'refusal'].flatMap((reason) => [
    fails(`${reason} and no text`, [...write(finish(reason), done), end], 'content_filter', /filter/i, {
      finishReason: reason,
    }),
    complete(`${reason} after some text`, [...write(delta(all), finish(reason), done), end], {
      finishReason: reason,
      words: /filter/i,
    }),
  ]),
  cut('finish_reason abort', [...write(delta(half), finish('abort'), done), end], 'upstream', {
    finishReason: 'abort',
  }),
  cut(
    'x_groq.error in the last chunk',
    [
      ...write(
        delta(half),
        chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { error: 'over_capacity' } }),
        done,
      ),
      end,
    ],
    'upstream',
  ),
]

const framing: Behaviour[] = [
  complete('CRLF', write((delta(all) + stop + done).replaceAll('\n', '\r\n')).concat(end)),
  complete('CR alone', write((delta(all) + stop + done).replaceAll('\n', '\r')).concat(end)),
  complete(
    'line ends of every kind',
    write(delta('All ').replaceAll('\n', '\r\n'), delta('of ').replaceAll('\n', '\r'), delta('it.'), done).concat(end),
  ),
  complete('a CRLF cut in two', write(`${delta(all).trimEnd()}\r`, '\n\r', `\n${stop}${done}`).concat(end)),
  complete('a byte order mark', write(`\uFEFF${delta(all)}${stop}${done}`).concat(end)),
  complete(
    'comments between',
    write(': hello\n\n', delta('All '), ':\n', ': keep-alive\n\n', delta('of it.'), stop, done).concat(end),
  ),
  complete(
    'no space after the colon',
    write(
      delta(all).replace('data: ', 'data:'),
      stop.replace('data: ', 'data:'),
      done.replace('data: ', 'data:'),
    ).concat(end),
  ),
  complete('two spaces after the colon', write(delta(all).replace('data: ', 'data:  '), stop, done).concat(end)),
  complete(
    'a chunk over several data lines',
    write(`data: {"choices":\ndata: [{"index":0,"delta":{"content":"${all}"}}]}\n\n`, stop, done).concat(end),
  ),
  complete('an empty data line', write('data:\n\n', delta(all), 'data: \n\n', stop, done).concat(end)),
  complete(
    'ids, retry times and unknown fields',
    write('id: 7\nretry: 10\nwhat: ever\n', delta(all), stop, done).concat(end),
  ),
  complete('events with a name', write(`event: message\n${delta(all)}`, `event: chunk\n${stop}`, done).concat(end)),
  complete('a byte at a time', inPieces(delta('All of ') + delta('it.') + stop + done, 1).concat(end)),
  complete(
    'three bytes at a time, with characters of four',
    inPieces(delta('🙂 All 🙃 of it: é, 漢') + stop + done, 3).concat(end),
    { text: '🙂 All 🙃 of it: é, 漢' },
  ),
  complete(
    'one line end between events',
    write(...[delta('All '), delta('of it.'), stop, done].map((line) => line.replace('\n\n', '\n'))).concat(end),
  ),
  complete(
    'the name of the field twice',
    write(...[delta(all), stop, done].map((line) => `data: ${line}`)).concat(end),
  ),
  complete('everything in one write', write(delta('All ') + delta('of ') + delta('it.') + stop + done).concat(end)),
  complete(
    'chunks of JSON with line breaks escaped',
    write(event('{"choices":[{"index":0,"delta":{"content":"one\\ntwo"}}]}'), stop, done).concat(end),
    { text: 'one\ntwo' },
  ),
]

const shapes: Behaviour[] = [
  complete(
    'choices empty, absent and null',
    write(chunk({ choices: [] }), chunk({}), chunk({ choices: null }), delta(all), stop, done).concat(end),
  ),
  complete(
    'delta absent, null and empty',
    write(choice({ delta: undefined }), choice({ delta: null }), choice({ delta: {} }), delta(all), stop, done).concat(
      end,
    ),
  ),
  complete(
    'content null',
    write(choice({ delta: { role: 'assistant', content: null } }), delta(all), stop, done).concat(end),
  ),
  complete(
    'content in parts',
    write(
      choice({
        delta: {
          content: [
            { type: 'text', text: 'All ' },
            { type: 'text', text: 'of it.' },
          ],
        },
      }),
      stop,
      done,
    ).concat(end),
  ),
  complete(
    'content of a wrong type',
    write(choice({ delta: { content: { a: 1 } } }), choice({ delta: { content: 7 } }), delta(all), stop, done).concat(
      end,
    ),
  ),
  complete(
    'message in place of delta',
    write(choice({ delta: undefined, message: { role: 'assistant', content: all } }), stop, done).concat(end),
  ),
  complete(
    'two choices',
    write(
      chunk({
        choices: [
          { index: 1, delta: { content: 'Not this.' } },
          { index: 0, delta: { content: all } },
        ],
      }),
      stop,
      done,
    ).concat(end),
  ),
  complete(
    'the role twice',
    write(
      choice({ delta: { role: 'assistant' } }),
      choice({ delta: { role: 'assistant', content: all } }),
      stop,
      done,
    ).concat(end),
  ),
  complete('text of the old completions', write(choice({ delta: undefined, text: all }), stop, done).concat(end)),
  complete('reasoning_content', write(reasoning('Let me see.'), delta(all), stop, done).concat(end), {
    reasoning: 'Let me see.',
  }),
  complete('reasoning', write(choice({ delta: { reasoning: 'Let me see.' } }), delta(all), stop, done).concat(end), {
    reasoning: 'Let me see.',
  }),
  complete(
    'the same reasoning under two names',
    write(choice({ delta: { reasoning: 'Once.', reasoning_content: 'Once.' } }), delta(all), stop, done).concat(end),
    { reasoning: 'Once.' },
  ),
  complete(
    'reasoning_details',
    write(
      choice({ delta: { reasoning_details: [{ type: 'reasoning.text', text: 'Let me see.' }] } }),
      delta(all),
      stop,
      done,
    ).concat(end),
    { reasoning: 'Let me see.' },
  ),
  complete('<think> in the text', write(delta('<think>Let me see.</think>All of it.'), stop, done).concat(end), {
    reasoning: 'Let me see.',
  }),
  complete(
    '<think> cut over chunks',
    write(delta('<th'), delta('ink>Let me'), delta(' see.</thi'), delta('nk>'), delta(all), stop, done).concat(end),
    { reasoning: 'Let me see.' },
  ),
  ...['thinking', 'thought'].map((tag) =>
    complete(`<${tag}> in the text`, write(delta(`<${tag}>Let me see.</${tag}>`), delta(all), stop, done).concat(end), {
      reasoning: 'Let me see.',
    }),
  ),
  complete('[THINK] in the text', write(delta('[THINK]Let me see.[/THINK]'), delta(all), stop, done).concat(end), {
    reasoning: 'Let me see.',
  }),
  complete(
    '</think> that nothing opened',
    [
      ...write(delta('Let me '), delta('see.')),
      { wait: 300 },
      ...write(delta('\n</th'), delta('ink>\n\n'), delta(all), stop, done),
      end,
    ],
    {
      reasoning: 'Let me see.\n',
    },
  ),
  complete(
    '</think> that nothing opened, in one write',
    write(delta('Let me see.</think>All of it.'), stop, done).concat(end),
    {
      reasoning: 'Let me see.',
    },
  ),
  complete(
    '</think> that the text talks about',
    write(delta('It ends with `</think>`, always.'), stop, done).concat(end),
    {
      text: 'It ends with `</think>`, always.',
    },
  ),
  complete(
    'reasoning among the parts of the content',
    write(
      choice({ delta: { content: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me see.' }] }] } }),
      choice({ delta: { content: [{ type: 'text', text: all }] } }),
      stop,
      done,
    ).concat(end),
    { reasoning: 'Let me see.' },
  ),
  ...['reasoning_text', 'thinking'].map((name) =>
    complete(name, write(choice({ delta: { [name]: 'Let me see.' } }), delta(all), stop, done).concat(end), {
      reasoning: 'Let me see.',
    }),
  ),
  complete(
    'the only choice numbered 1',
    write(
      chunk({ choices: [{ index: 1, delta: { content: all } }] }),
      chunk({ choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] }),
      done,
    ).concat(end),
    { finishReason: 'stop' },
  ),
  complete('a refusal', write(choice({ delta: { refusal: all } }), stop, done).concat(end)),
  complete(
    'an error of null',
    write(chunk({ error: null, choices: [{ index: 0, delta: { content: all } }] }), stop, done).concat(end),
  ),
  cut(
    'a tool call that nobody asked for',
    write(
      delta(half),
      choice({ delta: { tool_calls: [{ index: 0, function: { name: 'get_weather', arguments: '{}' } }] } }),
      finish('tool_calls'),
      done,
    ).concat(end),
    'upstream',
    { finishReason: 'tool_calls', words: /get_weather/ },
  ),
  complete('a pair of surrogates over two deltas', write(delta('\uD83D'), delta('\uDE42'), stop, done).concat(end), {
    text: '🙂',
  }),
  complete('U+0000 and half a character', write(delta('a\u0000b\uD800c'), stop, done).concat(end), {
    text: 'a\uFFFDb\uFFFDc',
  }),
  complete(
    'a name that reaches for prototypes',
    write(
      event(
        '{"__proto__":{"text":"x"},"choices":[{"index":0,"delta":{"content":"All of it.","constructor":{"x":1}}}]}',
      ),
      stop,
      done,
    ).concat(end),
  ),
  complete(
    'text that looks like our own events',
    write(delta('id: 9\nevent: status\ndata: {"status":"failed"}\n\n'), stop, done).concat(end),
    { text: 'id: 9\nevent: status\ndata: {"status":"failed"}\n\n' },
  ),
]

const usages: Behaviour[] = [
  complete(
    'usage in a chunk of its own',
    write(delta(all), stop, usage({ prompt: 5, completion: 3 }), done).concat(end),
    { completionTokens: 3 },
  ),
  complete(
    'usage in the chunk of the end',
    write(
      delta(all),
      chunk({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: usageFields({ prompt: 5, completion: 4 }),
      }),
      done,
    ).concat(end),
    { completionTokens: 4 },
  ),
  complete(
    'usage in every chunk',
    write(
      ...[1, 2, 3].map((n) =>
        chunk({
          choices: [{ index: 0, delta: { content: ['All ', 'of ', 'it.'][n - 1] } }],
          usage: usageFields({ prompt: 5, completion: n }),
        }),
      ),
      stop,
      done,
    ).concat(end),
    { completionTokens: 3 },
  ),
  complete(
    'usage twice',
    write(delta(all), stop, usage({ prompt: 5, completion: 3 }), usage({ prompt: 5, completion: 6 }), done).concat(end),
    { completionTokens: 6 },
  ),
  complete(
    'usage that is malformed after one that is not',
    write(
      delta(all),
      stop,
      usage({ prompt: 5, completion: 3 }),
      chunk({ choices: [], usage: { prompt_tokens: 'five', completion_tokens: null } }),
      done,
    ).concat(end),
    { completionTokens: 3 },
  ),
  complete(
    'usage a second after the end',
    [...write(delta(all), stop), { wait: 700 }, ...write(usage({ prompt: 5, completion: 3 }), done), end],
    { completionTokens: 3 },
  ),
]

const reports: Behaviour[] = (
  [
    [
      'xAI',
      {
        prompt_tokens: 5,
        completion_tokens: 10,
        total_tokens: 315,
        completion_tokens_details: { reasoning_tokens: 300 },
      },
      310,
    ],
    ['Gemini', { prompt_tokens: 5, completion_tokens: 10, total_tokens: 40 }, 35],
    ['Anthropic', { input_tokens: 5, output_tokens: 7, cache_read_input_tokens: 100 }, 7],
  ] as const
).map(([name, usage, completionTokens]) =>
  complete(`usage as ${name} reports it`, write(delta(all), stop, chunk({ choices: [], usage }), done).concat(end), {
    completionTokens,
  }),
)

const sizes: Behaviour[] = [
  complete('one delta of 1 MB', write(delta('m'.repeat(1_000_000)), stop, done).concat(end), {
    text: 'm'.repeat(1_000_000),
  }),
  complete(
    'two thousand deltas of one character',
    [...Array.from({ length: 2_000 }, (_, n): Step => ({ delta: String(n % 10) })), ...write(stop, done), end],
    { text: Array.from({ length: 2_000 }, (_, n) => n % 10).join('') },
  ),
  complete('a thousand empty deltas', write(delta(all), delta('').repeat(1_000), stop, done).concat(end)),
  cut('a line of 5 MB that does not end', [...write(delta(half), `data: ${'x'.repeat(5_000_000)}`), never], 'upstream'),
  fails(
    'nothing but comments, then the end',
    write(': one\n\n: two\n\n').concat(end),
    'upstream',
    /empty|without|nothing|no answer/i,
  ),
]

const encoded = (encoding: string): Step => ({
  status: 200,
  headers: { 'content-type': 'text/event-stream', 'content-encoding': encoding },
})

const encodings: Behaviour[] = [
  complete('gzip that nobody asked for', [encoded('gzip'), ...write(gzipSync(delta(all) + stop + done)), end]),
  complete('br that nobody asked for', [encoded('br'), ...write(brotliCompressSync(delta(all) + stop + done)), end]),
  complete('text that is called gzip', [encoded('gzip'), ...write(delta(all), stop, done), end]),
]

const cuts: Behaviour[] = [
  cut('the socket is closed after the text', [{ delta: half }, { cut: true }], 'network'),
  cut('the socket is reset after the text', [{ delta: half }, { reset: true }], 'network'),
  ...[10, 60, 120].map((bytes) =>
    cut(
      `a reset ${bytes} bytes into the second chunk`,
      [{ delta: half }, { write: delta('never seen').slice(0, bytes) }, { reset: true }],
      'network',
    ),
  ),
  cut(
    'a close in the middle of a character',
    [{ delta: half }, { write: Buffer.from(delta('漢字')).subarray(0, 118) }, { cut: true }],
    'network',
  ),
  cut('silence after the text', [{ delta: half }, never], 'timeout', { words: /stopped responding/i }),
  cut(
    'only comments after the text',
    [
      { delta: half },
      ...Array.from({ length: 60 }, (): Step[] => [{ wait: 50 }, { write: ': still here\n\n' }]).flat(),
      never,
    ],
    'timeout',
  ),
  fails('a reset before the headers', [{ reset: true }], 'network', /connection|reach/i),
  fails('a close before the headers', [{ cut: true }], 'network', /connection|reach/i),
  fails(
    'headers, then a close',
    [{ status: 200, headers: { 'content-type': 'text/event-stream' } }, { write: ':\n\n' }, { cut: true }],
    'network',
    /connection|cut/i,
  ),
  fails(
    'headers, then silence',
    [{ status: 200, headers: { 'content-type': 'text/event-stream' } }, { write: ':\n\n' }, never],
    'timeout',
    /didn’t start/i,
  ),
  fails('no headers at all', [never], 'timeout', /too long|in time|did not/i),
  complete('comments for longer than the wait to the first word', [
    ...Array.from({ length: 8 }, (): Step[] => [{ write: ': PROCESSING\n\n' }, { wait: 500 }]).flat(),
    ...write(delta(all), stop, done),
    end,
  ]),
  complete(
    'reasoning for longer than the wait to the first word',
    [
      ...Array.from({ length: 8 }, (): Step[] => [{ write: reasoning('m') }, { wait: 500 }]).flat(),
      ...write(delta(all), stop, done),
      end,
    ],
    { reasoning: 'mmmmmmmm' },
  ),
]

const errorsInStream: Behaviour[] = [
  cut(
    'an error object midway',
    write(delta(half), event({ error: { message: 'Overloaded', code: 'overloaded' } })).concat(end),
    'upstream',
  ),
  cut('an error that is a string', write(delta(half), event({ error: 'Something broke' })).concat(end), 'upstream'),
  cut(
    'event: error',
    write(delta(half), 'event: error\ndata: {"message":"Something broke"}\n\n').concat(end),
    'upstream',
  ),
  cut(
    '{"object": "error"}',
    write(delta(half), event({ object: 'error', message: 'Something broke', code: 500 })).concat(end),
    'upstream',
  ),
  cut(
    'an error inside a choice',
    write(
      delta(half),
      choice({ delta: {}, error: { message: 'Something broke', code: 502 }, finish_reason: 'error' }),
    ).concat(end),
    'upstream',
  ),
  cut(
    'a rate limit midway',
    write(
      delta(half),
      event({ error: { message: 'Rate limit reached', code: 'rate_limit_exceeded', status: 429 } }),
    ).concat(end),
    'rate_limit',
  ),
  cut(
    'half a JSON document as an event',
    write(delta(half), event('{"choices":[{"del'), stop, done).concat(end),
    'upstream',
  ),
  cut('an event that is no JSON', write(delta(half), event('oops'), stop, done).concat(end), 'upstream'),
  fails(
    'an error object first',
    write(event({ error: { message: 'No such model', code: 'model_not_found' } })).concat(end),
    'model_not_found',
    /model/i,
  ),
]

const notStreams: Behaviour[] = [
  complete('a completion as JSON', answers(200, JSON.stringify(whole(all)))),
  complete('a stream that is called JSON', [{ status: 200, headers: json }, ...write(delta(all), stop, done), end]),
  complete('a stream that is called text', [
    { status: 200, headers: { 'content-type': 'text/plain' } },
    ...write(delta(all), stop, done),
    end,
  ]),
  fails(
    'an error as JSON with a 200',
    answers(200, error('Something broke', 'server_error')),
    'upstream',
    /Something broke.*Try again/,
  ),
  fails('a web page with a 200', answers(200, '<!doctype html><title>Sign in</title>', html), 'upstream', /web page/i),
  fails(
    'documents a line each',
    answers(200, '{"message":"a"}\n{"message":"b"}\n', { 'content-type': 'application/x-ndjson' }),
    'upstream',
    /format|read|understand/i,
  ),
  fails('an empty body', [{ status: 200, headers: json }, end], 'upstream', /empty|without|nothing|no answer/i),
  fails('a 204', [{ status: 204 }, end], 'upstream', /empty|without|nothing|no answer/i),
  fails('JSON of something else', answers(200, '{"hello":"world"}'), 'upstream', /format|read|understand/i),
]

const statuses: Behaviour[] = [
  fails(
    '400',
    answers(400, error('Bad field', 'invalid_request_error')),
    'bad_request',
    /Bad field.*Choose another model/,
  ),
  fails(
    '400: too long a conversation',
    answers(400, error("This model's maximum context length is 8192 tokens", 'context_length_exceeded')),
    'context_length',
    /maximum context length.*Shorten the conversation/,
  ),
  fails('401', answers(401, error('Incorrect API key', 'invalid_api_key')), 'auth', /key/i),
  fails(
    '402',
    answers(402, error('Insufficient balance', 'insufficient_balance')),
    'quota',
    /credit|quota|paid|balance/i,
  ),
  fails('403', answers(403, error('Not allowed here', 'permission_denied')), 'auth', /key|allow|access/i),
  fails(
    '404: no such model',
    answers(404, error('The model `x` does not exist', 'model_not_found')),
    'model_not_found',
    /model/i,
  ),
  fails('408', answers(408, error('Timed out', 'timeout')), 'timeout', /long|time/i),
  fails('413', answers(413, error('Too large', 'request_too_large')), 'context_length', /long|large/i),
  fails('422', answers(422, error('Unprocessable', 'invalid_request_error')), 'bad_request', /refused|accept|request/i),
  fails('429', answers(429, error('Rate limit reached', 'rate_limit_exceeded')), 'rate_limit', /limit/i),
  fails(
    '429: no quota left',
    answers(429, error('You exceeded your current quota', 'insufficient_quota')),
    'quota',
    /credit|quota|paid|balance/i,
  ),
  fails('500', answers(500, error('Broken', 'server_error')), 'upstream', /returned an error|had an error/i),
  fails('500 with no body', [{ status: 500 }, end], 'upstream', /returned an error|had an error/i),
  fails(
    '502 with a web page',
    answers(502, '<html><body><h1>Bad gateway</h1></body></html>', html),
    'upstream',
    /web page \(502\)/,
  ),
  fails('503', answers(503, error('Overloaded', 'overloaded')), 'upstream', /overloaded|returned an error|busy/i),
  fails('529', answers(529, error('Overloaded', 'overloaded_error')), 'upstream', /overloaded|returned an error|busy/i),
  fails(
    'a redirect',
    [{ status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } }, end],
    'bad_request',
    /redirect|elsewhere|address/i,
  ),
]

const said = (message: string, fields: object = {}) => JSON.stringify({ error: { message, ...fields } })

/** A JSON error means that the address is right; HTML, text and nothing speak of the address. */
const notFound: Behaviour[] = [
  fails(
    '404: a model of another endpoint',
    answers(404, said('This model is only supported in v1/responses and not in v1/chat/completions.')),
    'model_not_found',
    /only supported in v1\/responses.*Choose another model/,
  ),
  fails(
    '404: no chat model',
    answers(404, said('This is not a chat model')),
    'model_not_found',
    /This is not a chat model/,
  ),
  fails(
    '404: Gemini',
    answers(404, `[${said('models/x is not found for API version v1main', { code: 404, status: 'NOT_FOUND' })}]`),
    'model_not_found',
    /models\/x is not found for API version/,
  ),
  fails(
    '404: Anthropic',
    answers(404, JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: 'model: x' } })),
    'model_not_found',
    /model: x/,
  ),
  fails(
    '404: a data policy',
    answers(404, said('No endpoints found matching your data policy', { code: 404 })),
    'model_not_found',
    /No endpoints found matching your data policy/,
  ),
  fails('404: a web page', answers(404, '<html><body>Not here</body></html>', html), 'not_found', /address.*base URL/),
  fails('404: text', answers(404, '404 page not found', { 'content-type': 'text/plain' }), 'not_found', /base URL/),
  fails('404: nothing', [{ status: 404 }, end], 'not_found', /base URL/),
  fails('404: FastAPI without a route', answers(404, '{"detail":"Not Found"}'), 'not_found', /base URL/),
]

const quotas = (id: string, retryDelay: string) => [
  { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: id }] },
  { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
]
const geminiQuota = (id: string) =>
  `[${said('You exceeded your current quota, please check your plan and billing details.', { code: 429, status: 'RESOURCE_EXHAUSTED', details: quotas(id, '2s') })}]`

const meanings: Behaviour[] = [
  fails(
    '429: Gemini, a minute',
    answers(429, geminiQuota('RequestsPerMinute-FreeTier')),
    'rate_limit',
    /Wait a moment/,
  ),
  fails(
    '429: Gemini, a day',
    answers(429, geminiQuota('RequestsPerDay-FreeTier')),
    'quota',
    /billing with the provider/,
  ),
  fails(
    '400: what OpenRouter wraps',
    answers(
      400,
      said('Provider returned error', {
        code: 400,
        metadata: { raw: said('Your input exceeds the context window of this model.'), provider_name: 'X' },
      }),
    ),
    'context_length',
    /Your input exceeds the context window/,
  ),
  fails(
    '400: what LiteLLM wraps',
    answers(
      400,
      said(
        "litellm.BadRequestError: OpenAIException - {'error': {'message': 'Model x is not here: invalid model', 'code': None}}",
      ),
    ),
    'model_not_found',
    /Model x is not here/,
  ),
  fails(
    '400: too long, Gemini',
    answers(400, said('The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).')),
    'context_length',
    /Shorten the conversation/,
  ),
  fails(
    '400: an answer that may not be so long',
    answers(400, said('max_tokens must be at most 4096')),
    'bad_request',
    /Ask for a shorter reply/,
  ),
  fails(
    '400: an empty purse',
    answers(400, said('Your credit balance is too low to access the API.')),
    'quota',
    /Your credit balance is too low/,
  ),
  fails(
    '429: a budget',
    answers(429, said('Budget has been exceeded!', { type: 'budget_exceeded', code: '429' })),
    'quota',
    /billing/,
  ),
  fails(
    '400: Qwen’s filter',
    answers(400, said('Input data may contain inappropriate content.', { code: 'data_inspection_failed' })),
    'content_filter',
    /Rephrase/,
  ),
  fails(
    '401: a key without the model',
    answers(401, said('key not allowed to access model. Tried to access x')),
    'model_not_found',
    /Choose another model/,
  ),
  fails(
    '400: errors',
    answers(400, '{"errors":[{"message":"A first thing is wrong"}]}'),
    'bad_request',
    /A first thing is wrong/,
  ),
  fails(
    '400: error as an array',
    answers(400, '{"error":[{"message":"A first thing is wrong"}]}'),
    'bad_request',
    /A first thing is wrong/,
  ),
  fails(
    '422: detail as text',
    answers(422, '{"detail":"A first thing is wrong"}'),
    'bad_request',
    /A first thing is wrong/,
  ),
  fails(
    '422: detail as a list',
    answers(422, '{"detail":[{"loc":["body","model"],"msg":"Field required"}]}'),
    'bad_request',
    /model: Field required/,
  ),
  fails(
    '503: a model that is loading',
    answers(503, said('Loading model', { code: 503 })),
    'upstream',
    /loading|loaded/i,
  ),
]

const nginx = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.27.0</center>\r\n</body>\r\n</html>`

const pages: Behaviour[] = [
  fails(
    '401 with nginx’s page',
    answers(401, nginx('401 Authorization Required'), html),
    'auth',
    /proxy .* requires a password/,
  ),
  fails(
    '413 with nginx’s page',
    answers(413, nginx('413 Request Entity Too Large'), html),
    'context_length',
    /proxy .* accept requests this large/,
  ),
  fails(
    '403 with Cloudflare’s check',
    answers(
      403,
      '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body></body></html>',
      html,
    ),
    'auth',
    /Cloudflare, .*Just a moment/,
  ),
]

const errorsInside: Behaviour[] = [
  fails(
    '200: LM Studio without /v1',
    answers(200, '{"error":"Unexpected endpoint or method. (POST /chat/completions)"}'),
    'not_found',
    /Add \/v1 to the base URL/,
  ),
  fails(
    '200: MiniMax',
    answers(200, '{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}'),
    'quota',
    /insufficient balance/,
  ),
  fails(
    '200: MiniMax, in a stream',
    write(event({ choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } })).concat(end),
    'quota',
    /insufficient balance/,
  ),
  complete(
    '200: MiniMax, when all is well',
    write(
      chunk({ choices: [{ index: 0, delta: { content: all } }], base_resp: { status_code: 0, status_msg: '' } }),
      stop,
      done,
    ).concat(end),
  ),
  fails(
    '200: TGI',
    write(event({ error: { message: 'Template error: syntax is wrong', http_status_code: 422 } })).concat(end),
    'bad_request',
    /Template error/,
  ),
  fails(
    '200: Qwen’s filter first',
    write(event({ code: 'data_inspection_failed', message: 'Input data may contain inappropriate content.' })).concat(
      end,
    ),
    'content_filter',
    /Input data may contain inappropriate content/,
  ),
  fails(
    '200: a 429 first',
    write(event({ error: { code: 429, message: 'Not so fast, please' } })).concat(end),
    'rate_limit',
    /Not so fast, please/,
  ),
  fails(
    '200: errors of Cloudflare',
    answers(200, '{"success":false,"errors":[{"code":5007,"message":"No such model @cf/x"}],"result":null}'),
    'model_not_found',
    /No such model @cf\/x/,
  ),
  complete(
    '200: words beside the answer that are no error',
    write(
      event({ status: 'processing', message: 'One moment' }),
      event({ code: 0, message: 'success' }),
      event({ code: '200', msg: 'ok' }),
      event({ type: 'ping' }),
      event({ status: 'PROCESSING', message: 'One moment' }),
      delta(all),
      stop,
      done,
    ).concat(end),
  ),
  cut(
    'too long, midway',
    write(delta(half), event({ error: { message: 'This model’s maximum context length is 8192 tokens.' } })).concat(
      end,
    ),
    'context_length',
  ),
]

/** The prompt that plays a behaviour. No one holds another's. */
export function promptOf({ name }: Behaviour): string {
  return `[${name}]`
}

/** All of them. */
export const behaviours: Behaviour[] = [
  ...endings,
  ...oddFinishes,
  ...framing,
  ...shapes,
  ...usages,
  ...reports,
  ...sizes,
  ...encodings,
  ...cuts,
  ...errorsInStream,
  ...notStreams,
  ...statuses,
  ...notFound,
  ...meanings,
  ...pages,
  ...errorsInside,
]
