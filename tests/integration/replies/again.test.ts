import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type StartData, startData } from '@/lib/protocol/events'
import { type Message, type Part, textOf } from '@/lib/protocol/messages'
import { delta, done, finish, reasoning } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { againOf, againPath, type Client } from '../client'
import { engines, type House, openHouse } from '../house'
import type { EventReader } from './event-reader'

const whole = (text: string, reason = 'stop'): Step[] => [{ write: delta(text) + finish(reason) + done }]
const cut = (text: string): Step[] => [{ delta: text }, { cut: true }]

/** What a continuation ends its request with. */
const instruction = 'broke off'

describe.each(engines)('a reply asked for again, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine)
  })
  beforeEach(async () => {
    client = house.client()
    await client.call('GET', '/api/settings')
  })
  afterAll(() => house?.close())

  /** A reply that was cut after this text. */
  async function cutReply(text: string, settings?: Record<string, unknown>): Promise<StartData> {
    const prompt = `cut ${randomUUID()}`
    house.upstream.scriptFor(prompt, cut(text))
    const end = await client.finish({ text: prompt, settings })
    expect(end.status).toBe('interrupted')
    return end
  }

  async function replies({ conversationId }: StartData): Promise<Message[]> {
    const { messages } = await client.conversation(conversationId)
    return messages.filter(({ role }) => role === 'assistant')
  }

  /** How often what had come was saved. */
  async function checkpoints(): Promise<number> {
    const { text } = await client.call('GET', '/api/metrics')
    return Number(/^rill_checkpoint_lag_seconds_count (\d+)$/m.exec(text)?.[1] ?? 0)
  }

  const lastAsked = () => house.upstream.requests.at(-1)?.body

  describe('continued', () => {
    test('is one message, whose text joins, and which shows the newest run of it', async () => {
      const first = await cutReply('The first half and')
      house.upstream.scriptFor(instruction, whole(' the second.'))
      const second = await client.finishAgain('continue', first.generationId)
      expect(second).toMatchObject({
        conversationId: first.conversationId,
        userMessageId: first.userMessageId,
        messageId: first.messageId,
        status: 'completed',
        text: 'The first half and the second.',
      })
      expect(second.generationId).not.toBe(first.generationId)
      expect(await replies(first)).toMatchObject([
        {
          id: first.messageId,
          parts: [{ type: 'text', text: 'The first half and the second.' }],
          generation: { id: second.generationId, status: 'completed' },
        },
      ])
    })

    test('asks with the branch up to the text that is there, and under the settings that the turn had', async () => {
      const first = await cutReply('So far', { system: 'Answer in rhyme.', temperature: 0.25, maxTokens: 77 })
      house.upstream.scriptFor(instruction, whole(' so good.'))
      await client.finishAgain('continue', first.generationId, { model: 'another' })
      const body = lastAsked()
      expect(body).toMatchObject({ model: 'another', temperature: 0.25, max_tokens: 77 })
      expect(body?.messages?.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
      expect(body?.messages?.[0]?.content).toBe('Answer in rhyme.')
      expect(body?.messages?.[2]?.content).toBe('So far')
      expect(body?.messages?.[3]?.content).toContain(instruction)
    })

    test('again and again: each log is given back as it was, from every cursor', async () => {
      const prompt = `many cuts ${randomUUID()}`
      house.upstream.scriptFor(prompt, [{ write: reasoning('Hm. ') }, { delta: 'One, ' }, { cut: true }])
      const readers = [await client.chat({ text: prompt })]
      await readers[0]?.rest()
      for (const step of [cut('two, '), [{ status: 401 }, { write: 'no' }], cut('three, '), whole('four.')]) {
        house.upstream.scriptFor(instruction, step)
        const reader = await client.again('continue', startOf(readers.at(-1)).generationId)
        await reader.rest()
        readers.push(reader)
      }
      expect(readers.map((reader) => reader.seen.at(-1)?.data)).toMatchObject(
        ['interrupted', 'interrupted', 'interrupted', 'interrupted', 'completed'].map((status) => ({ status })),
      )
      expect(readers.map((reader) => reader.text)).toEqual(['One, ', 'two, ', '', 'three, ', 'four.'])
      // Past the time for which the log of what has ended is held in memory.
      await house.rill.kill('SIGTERM')
      await house.start()
      for (const reader of readers) {
        const { generationId } = startOf(reader)
        for (let after = 0; after < reader.seen.length; after++)
          expect(await (await client.follow(generationId, after)).rest()).toEqual(reader.seen.slice(after))
      }
      const [reply] = await replies(startOf(readers[0]))
      expect(reply?.parts).toEqual([
        { type: 'reasoning', text: 'Hm. ', ms: expect.any(Number) },
        { type: 'text', text: 'One, two, three, four.' },
      ])
    })

    test('the same turn again is the same generation, and shows what it came to', async () => {
      const first = await cutReply('Once, ')
      house.upstream.scriptFor(instruction, cut('twice, '))
      const turnId = randomUUID()
      const second = await client.finishAgain('continue', first.generationId, { turnId })
      house.upstream.scriptFor(instruction, whole('thrice.'))
      await client.finishAgain('continue', second.generationId)
      const before = house.upstream.requests.length
      const again = await client.finishAgain('continue', first.generationId, { turnId })
      expect(again).toMatchObject({ generationId: second.generationId, status: 'interrupted', text: 'Once, twice, ' })
      expect(house.upstream.requests).toHaveLength(before)
    })

    test('by many at once, one goes on, and the others are told so', async () => {
      const first = await cutReply('Many hands ')
      house.upstream.scriptFor(instruction, whole('make light work.'))
      const path = againPath('continue', first.generationId)
      const json = () => ({ ...againOf(), stream: false })
      const answers = await Promise.all(Array.from({ length: 6 }, () => client.call('POST', path, { json: json() })))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
      for (const { status, text } of answers) if (status === 409) expect(text).toContain('has already been continued')
      const texts = async () => (await replies(first)).map(({ parts }) => textOf(parts))
      await expect.poll(texts).toEqual(['Many hands make light work.'])
    })

    test('is refused in words where there is nothing to go on with', async () => {
      house.upstream.scriptFor('a whole answer', whole('All of it.'))
      const complete = await client.finish({ text: 'a whole answer' })
      house.upstream.scriptFor('still at it', [{ delta: 'And ' }, { until: 'never' }])
      const running = await client.start({ text: 'still at it' })
      const refusal = async ({ generationId }: StartData) => {
        const { status, problem } = await client.refusal('POST', againPath('continue', generationId), {
          json: againOf(),
        })
        return `${status} ${problem.message}`
      }
      expect(await refusal(complete)).toMatch(/^409 .*complete/)
      expect(await refusal(running)).toMatch(/^409 .*still being written/)
      await client.ask(z.unknown(), 'POST', `/api/generations/${running.generationId}/stop`)
      house.upstream.scriptFor(instruction, whole('on.'))
      expect((await client.finishAgain('continue', running.generationId)).text).toBe('And on.')
      expect(await refusal(running)).toMatch(/^409 .*already been continued/)
    })

    test('goes on where the limit of its length was reached, and where nothing had come', async () => {
      house.upstream.scriptFor('a short limit', whole('As far as', 'length'))
      const limited = await client.finish({ text: 'a short limit' })
      house.upstream.scriptFor(instruction, whole(' it goes.'))
      expect((await client.finishAgain('continue', limited.generationId)).text).toBe('As far as it goes.')

      const prompt = `nothing ${randomUUID()}`
      house.upstream.scriptFor(prompt, [{ status: 401 }, { write: 'no' }])
      const failed = await client.finish({ text: prompt })
      house.upstream.scriptFor(prompt, whole('Something.'))
      expect(await client.finishAgain('continue', failed.generationId)).toMatchObject({
        parts: [{ type: 'text', text: 'Something.' }],
      })
      expect(lastAsked()?.messages).toEqual([{ role: 'user', content: prompt }])
    })

    test('and refused by the provider keeps its text, is interrupted, and says why', async () => {
      const first = await cutReply('Kept.')
      house.upstream.scriptFor(instruction, [{ status: 401 }, { write: 'no' }])
      const { status, parts } = await client.finishAgain('continue', first.generationId)
      expect(status).toBe('interrupted')
      expect(parts).toMatchObject([{ text: 'Kept.' }, { type: 'error', problem: { kind: 'auth' } }])
    })

    test('shows the text before it while it runs, and is read on from its cursor', async () => {
      const first = await cutReply('Before, ')
      house.upstream.scriptFor(instruction, [{ delta: 'while, ' }, { until: `go on ${engine}` }, ...whole('after.')])
      const reader = await client.again('continue', first.generationId)
      await reader.untilText('while, ')
      const [reply] = await replies(first)
      expect(reply?.generation).toMatchObject({ status: 'running', finishReason: null, cursor: reader.cursor })
      expect(reply?.parts).toEqual([{ type: 'text', text: 'Before, while, ', state: 'streaming' }])
      house.upstream.open(`go on ${engine}`)
      const rest = await client.follow(startOf(reader).generationId, reply?.generation?.cursor)
      await rest.rest()
      expect(rest.text).toBe('after.')
    })

    test('and cut by kill -9 loses no text of before', async () => {
      const first = await cutReply('What was there ')
      house.upstream.scriptFor(instruction, [{ delta: 'and what came' }, { until: 'never' }])
      const reader = await client.again('continue', first.generationId)
      await reader.untilText('and what came')
      // A page that has seen more than a crash left goes back to that.
      expect(startOf(reader)).toMatchObject({ textBefore: 'What was there '.length, reasoningBefore: 0 })
      expect(first).not.toHaveProperty('textBefore')
      const before = await checkpoints()
      // Another only just began, so that not even its start is saved.
      const other = await cutReply('Nothing more of me')
      const text = async () => textOf((await replies(first))[0]?.parts ?? [])
      // The end of that one was saved with all that had come before.
      await expect.poll(checkpoints).toBeGreaterThan(before)
      const barely = await client.again('continue', other.generationId)
      await barely.until(() => barely.seen.length > 0)
      await house.rill.kill('SIGKILL')
      if (engine === 'postgres') await house.query('UPDATE instances SET heartbeat_at = heartbeat_at - 15000')
      await house.start()

      expect(await text()).toBe('What was there and what came')
      for (const start of [first, other]) {
        // On Postgres the others are given time to say that they live.
        await expect
          .poll(async () => (await replies(start))[0]?.generation?.status, { timeout: 20_000 })
          .toBe('interrupted')
        const [reply] = await replies(start)
        expect(reply?.parts.map(({ type }) => type)).toEqual(['text', 'error'])
      }
      expect(textOf((await replies(other))[0]?.parts ?? [])).toMatch(/^Nothing more of me/)
      const again = await client.follow(startOf(reader).generationId)
      await again.rest()
      expect(again.text).toBe('and what came')
      house.upstream.scriptFor(instruction, whole(' at last.'))
      const end = await client.finishAgain('continue', startOf(reader).generationId)
      expect(end.parts).toEqual([{ type: 'text', text: 'What was there and what came at last.' }])
    }, 40_000)
  })

  describe('written anew', () => {
    test('is another message under the same prompt, and nothing is lost', async () => {
      const first = await cutReply('One way')
      const [before] = await replies(first)
      house.upstream.script(whole('Another way.'))
      const settings = first.generationId
      const prompt = (await client.conversation(first.conversationId)).messages[0]
      house.upstream.scriptFor(textIn(prompt), whole('Another way.'))
      const second = await client.finishAgain('regenerate', settings, { model: 'another' })
      expect(second).toMatchObject({ userMessageId: first.userMessageId, text: 'Another way.', model: 'another' })
      expect(lastAsked()?.messages).toEqual([{ role: 'user', content: textIn(prompt) }])
      const now = await replies(first)
      expect(now).toHaveLength(2)
      expect(now[0]).toEqual(before)
      expect(now[1]).toMatchObject({ id: second.messageId, parentId: first.userMessageId })
      // It may be done as often as one likes, of whatever ended or runs.
      const third = await client.finishAgain('regenerate', second.generationId)
      expect(third).toMatchObject({ userMessageId: first.userMessageId, model: 'another' })
      expect(await replies(first)).toHaveLength(3)
    })

    test('has the settings that the turn had, and the branch before the prompt', async () => {
      house.upstream.script(({ prompt }) => whole(`Re: ${prompt}`))
      const root = await client.finish({ text: 'the root' })
      const { conversationId } = root
      const settings = { system: 'Answer in rhyme.', temperature: 0.5, maxTokens: 50 }
      const first = await client.finish({ text: 'the question', conversationId, settings })
      const turnId = randomUUID()
      const second = await client.finishAgain('regenerate', first.generationId, { turnId })
      expect(lastAsked()).toMatchObject({
        temperature: 0.5,
        max_tokens: 50,
        messages: [
          { role: 'system', content: 'Answer in rhyme.' },
          { role: 'user', content: 'the root' },
          { role: 'assistant', content: 'Re: the root' },
          { role: 'user', content: 'the question' },
        ],
      })
      expect(await client.finishAgain('regenerate', first.generationId, { turnId })).toEqual(second)
    })
  })

  test.each(['continue', 'regenerate'] as const)('%s answers at once when that is preferred', async (verb) => {
    const first = await cutReply('Half')
    house.upstream.scriptFor(instruction, whole('.'))
    const answer = await client.call('POST', againPath(verb, first.generationId), {
      json: againOf(),
      headers: { prefer: 'respond-async' },
    })
    expect(answer.status).toBe(202)
    expect(startData.parse(JSON.parse(answer.text)).userMessageId).toBe(first.userMessageId)
  })

  test.each(['continue', 'regenerate'] as const)('%s of a deleted conversation is a 404', async (verb) => {
    const first = await cutReply('Gone')
    await client.call('DELETE', `/api/conversations/${first.conversationId}`)
    const { status } = await client.refusal('POST', againPath(verb, first.generationId), { json: againOf() })
    expect(status).toBe(404)
  })
})

function startOf(reader: EventReader | undefined): StartData {
  return startData.parse(reader?.seen[0]?.data)
}

function textIn(message: Message | undefined): string {
  const parts: Part[] = message?.parts ?? []
  return textOf(parts)
}
