import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { delta, done, finish, reasoning } from '../../upstream/events'
import type { ScriptedRequest, Step } from '../../upstream/scripted'
import type { Client, Turn } from '../client'
import { anyEngine, type House, openHouse } from '../house'

type Sent = { role: string; content: string }[]

/** How a turn may end, by the last word of its prompt, and what becomes of it in the next one. */
interface Ending {
  name: string
  steps: Step[]
  /** The person stops it, once this is there. */
  stopAfter?: 'start' | 'thought'
  becomes: 'left out' | 'joined' | 'answered'
}

const end: Step = { end: true }
const never: Step = { until: 'never' }
const refusal = (status: number, message: string, code: string): Step[] => [
  { status, headers: { 'content-type': 'application/json' } },
  { write: JSON.stringify({ error: { message, type: code, code } }) },
  end,
]
const streamed = (...pieces: string[]): Step[] => [{ write: pieces.join('') }, end]

const endings: Ending[] = [
  { name: 'fails', steps: refusal(400, 'Something is wrong.', 'invalid_request_error'), becomes: 'joined' },
  { name: 'breaks', steps: refusal(500, 'The engine is on fire.', 'server_error'), becomes: 'joined' },
  { name: 'keyless', steps: refusal(401, 'Incorrect API key.', 'invalid_api_key'), becomes: 'joined' },
  { name: 'page', steps: [{ write: '<html></html>' }, end], becomes: 'joined' },
  { name: 'reset', steps: [{ reset: true }], becomes: 'joined' },
  { name: 'silent', steps: [never], stopAfter: 'start', becomes: 'joined' },
  { name: 'thinking', steps: [{ write: reasoning('Hm.') }, never], stopAfter: 'thought', becomes: 'joined' },
  { name: 'thought-cut', steps: streamed(reasoning('Hm.')), becomes: 'joined' },
  { name: 'thought-only', steps: streamed(reasoning('Hm.'), finish('stop'), done), becomes: 'joined' },
  { name: 'nothing', steps: streamed(finish('stop'), done), becomes: 'joined' },
  { name: 'blank', steps: streamed(delta(' \n\t '), finish('stop'), done), becomes: 'joined' },
  { name: 'invisible', steps: streamed(delta('\u200b\u00a0\u2028'), finish('stop'), done), becomes: 'joined' },
  { name: 'blank-cut', steps: streamed(delta('\n\n')), becomes: 'joined' },
  { name: 'blank-length', steps: streamed(delta(' '), finish('length'), done), becomes: 'joined' },
  { name: 'filtered', steps: streamed(finish('content_filter'), done), becomes: 'left out' },
  { name: 'blank-filtered', steps: streamed(delta(' '), finish('content_filter'), done), becomes: 'left out' },
  { name: 'refused', steps: refusal(400, 'The prompt was filtered.', 'content_filter'), becomes: 'left out' },
  {
    name: 'long',
    steps: refusal(400, 'This model’s maximum context length is 8192 tokens.', 'context_length_exceeded'),
    becomes: 'left out',
  },
  { name: 'half', steps: streamed(delta('Half an ans')), becomes: 'answered' },
  { name: 'half-filtered', steps: streamed(delta('Half an ans'), finish('content_filter'), done), becomes: 'answered' },
]

/** As strict templates are: two of one role in a row, or nothing but white space, and the whole request is refused. */
function faultOf(messages: Sent): string | null {
  const turns = messages.filter(({ role }) => role !== 'system')
  if (turns.some(({ role }, index) => role !== (index % 2 === 0 ? 'user' : 'assistant')))
    return 'Conversation roles must alternate user/assistant/user/assistant/...'
  if (messages.some(({ content }) => content.trim() === ''))
    return 'text content blocks must contain non-whitespace text'
  return messages.every(({ content }) => content.isWellFormed()) ? null : 'invalid unicode code point'
}

function answerOf({ prompt, body }: ScriptedRequest): Step[] {
  const fault = faultOf(body.messages ?? [])
  if (fault) return refusal(400, fault, 'invalid_request_error')
  const word = prompt.split(' ').at(-1)
  const ending = endings.find(({ name }) => name === word)
  return ending ? ending.steps : streamed(delta(`Yes, ${word}.`), finish('stop'), done)
}

describe.each(anyEngine)('a turn without an answer, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, {
      RILL_RETRY_ATTEMPTS: '1',
      RILL_RATE_PER_MINUTE: '0',
      RILL_STREAMS_PER_PERSON: '0',
    })
    house.upstream.script(answerOf)
    client = house.client()
    await client.call('GET', '/api/models')
  })
  afterAll(() => house?.close())

  /** Has a turn end as its last word says. */
  async function say(turn: Turn): Promise<string> {
    const ending = endings.find(({ name }) => name === turn.text.split(' ').at(-1))
    const reader = await client.chat(turn)
    await reader.until(() => reader.seen.length > 0)
    const start = startData.parse(reader.seen[0]?.data)
    if (ending?.stopAfter) {
      if (ending.stopAfter === 'thought') await reader.until(() => reader.reasoning !== '')
      await client.call('POST', `/api/generations/${start.generationId}/stop`)
    }
    await reader.rest()
    return start.conversationId
  }

  /** What the model was sent for the last turn of some, each after the other. */
  async function sentFor(...texts: string[]): Promise<Sent> {
    let conversationId: string | undefined
    for (const text of texts) conversationId = await say({ text, conversationId })
    const { messages } = await client.conversation(conversationId ?? '')
    expect(messages.at(-1)?.generation?.status).toBe('completed')
    // All of them stay on the page.
    expect(messages.filter(({ role }) => role === 'user').map(({ parts }) => textOf(parts))).toEqual(texts)
    const last = texts.at(-1)
    return house.upstream.requests.findLast(({ prompt }) => prompt.split('\n\n').at(-1) === last)?.body.messages ?? []
  }

  const user = (content: string) => ({ role: 'user', content })
  const reply = (content: string) => ({ role: 'assistant', content })

  describe.concurrent('each', () => {
    test.each(endings)('$name: $becomes', async ({ name, becomes }) => {
      const [first, last] = [`${name}: before`, `${name}: after`]
      const failed = `${name}: this ${name}`
      const answered = [user(first), reply('Yes, before.')]
      const expected = {
        'left out': [user(last)],
        joined: [user(`${failed}\n\n${last}`)],
        answered: [user(failed), reply('Half an ans'), user(last)],
      }[becomes]
      expect(await sentFor(first, failed, last)).toEqual([...answered, ...expected])
    })

    test.each(endings)('$name, first of all: $becomes', async ({ name, becomes }) => {
      const [failed, last] = [`First ${name}`, `Second after ${name}: go`]
      const expected = {
        'left out': [user(last)],
        joined: [user(`${failed}\n\n${last}`)],
        answered: [user(failed), reply('Half an ans'), user(last)],
      }[becomes]
      expect(await sentFor(failed, last)).toEqual(expected)
    })
  })

  test('several in a row', async () => {
    expect(
      await sentFor('Row: hello', 'One fails', 'Two filtered', 'Three blank', 'Four long', 'Five silent', 'Row: end'),
    ).toEqual([user('Row: hello'), reply('Yes, hello.'), user('One fails\n\nThree blank\n\nFive silent\n\nRow: end')])
  })

  test('one that is refused together with what it is joined to does not stay in the way', async () => {
    expect(await sentFor('Poison fails', 'Next filtered', 'Third thing')).toEqual([user('Poison fails\n\nThird thing')])
    expect(await sentFor('Bad fails', 'Next filtered', 'Third long', 'Fourth refused', 'Fifth thing')).toEqual([
      user('Fifth thing'),
    ])
  })

  test('a branch beside it has nothing of it', async () => {
    const conversationId = await say({ text: 'Root of branches' })
    const { messages } = await client.conversation(conversationId)
    const parentId = messages.at(-1)?.id
    await say({ text: 'Left fails', conversationId, parentId })
    await say({ text: 'Right branch', conversationId, parentId })
    expect(house.upstream.requests.at(-1)?.body.messages).toEqual([
      user('Root of branches'),
      reply('Yes, branches.'),
      user('Right branch'),
    ])
  })

  test('a retry that is answered takes its place', async () => {
    let fails = true
    house.upstream.scriptFor('Retried', (request) => {
      const steps = fails ? refusal(400, 'No.', 'invalid_request_error') : answerOf(request)
      fails = false
      return steps
    })
    const conversationId = await say({ text: 'Retried once' })
    const failed = (await client.conversation(conversationId)).messages.at(-1)?.generation?.id ?? ''
    await (await client.again('regenerate', failed)).rest()
    await say({ text: 'Go on after', conversationId })
    expect(house.upstream.requests.at(-1)?.body.messages).toEqual([
      user('Retried once'),
      reply('Yes, once.'),
      user('Go on after'),
    ])
  })

  test('a reply of white space is gone on with as though it were none', async () => {
    const conversationId = await say({ text: 'Going on blank-cut' })
    house.upstream.scriptFor('Going on', (request) =>
      faultOf(request.body.messages ?? []) ? refusal(400, 'No.', 'x') : streamed(delta('There.'), finish('stop'), done),
    )
    const before = (await client.conversation(conversationId)).messages.at(-1)?.generation?.id ?? ''
    await (await client.again('continue', before)).rest()
    expect(house.upstream.requests.at(-1)?.body.messages).toEqual([user('Going on blank-cut')])
    const { messages } = await client.conversation(conversationId)
    expect(messages.at(-1)?.generation?.status).toBe('completed')
    expect(textOf(messages.at(-1)?.parts ?? [])).toContain('There.')
  })

  test('half surrogates are replaced, in the prompt, the system prompt and the history', async () => {
    const settings = { system: 'Be \ud83d brief.' }
    const conversationId = await say({ text: 'Broken \ude00 emoji', settings })
    await say({ text: 'Second \ud83d emoji', conversationId, settings })
    expect(house.upstream.requests.at(-1)?.body.messages).toEqual([
      { role: 'system', content: 'Be \ufffd brief.' },
      user('Broken \ufffd emoji'),
      reply('Yes, emoji.'),
      user('Second \ufffd emoji'),
    ])
  })

  test.each(['\u200b', '\u00a0\u2028', '\ufeff \u200d'])('a prompt that nobody sees is refused: %j', async (text) => {
    const { status, problem } = await client.refusal('POST', '/api/chat', {
      json: { turnId: crypto.randomUUID(), text },
    })
    expect(status).toBe(400)
    expect(problem.message).toMatch(/is empty/)
  })
})
