import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { conversationPage } from '@/lib/protocol/api'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { delta, done, finish } from '../../upstream/events'
import type { Client } from '../client'
import { engines, type House, openHouse } from '../house'

describe.each(engines)('turns, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1' })
    // Each answer says which prompt it is for.
    house.upstream.script(({ prompt }) => [{ write: delta(`Re: ${prompt}`) + finish('stop') + done }])
  })
  beforeEach(() => {
    client = house.client()
  })
  afterAll(() => house?.close())

  const sent = async (prompt: string) => (await house.asked(prompt)).body.messages
  const user = (content: string) => ({ role: 'user', content })
  const reply = (prompt: string) => ({ role: 'assistant', content: `Re: ${prompt}` })

  test('the same turn again is the same generation, and one upstream request', async () => {
    const turn = { text: 'only once', turnId: randomUUID() }
    const first = await client.chat(turn)
    const events = await first.rest()
    expect(await (await client.chat(turn)).rest()).toEqual(events)
    const start = startData.parse(events[0]?.data)
    expect(await client.start(turn)).toEqual(start)
    expect(await client.finish(turn)).toMatchObject({ ...start, text: 'Re: only once', status: 'completed' })
    expect(house.timesAsked('only once')).toBe(1)
    expect((await client.conversation(start.conversationId)).messages).toHaveLength(2)
  })

  test('a turn sent ten times at once is one generation, and all ten are answered', async () => {
    // With a cookie of its own already, or the ten would be ten people.
    await client.call('GET', '/')
    house.upstream.scriptFor('ten at once', [
      { until: 'ten at once' },
      { write: delta('One.') + finish('stop') + done },
    ])
    const turn = { text: 'ten at once', turnId: randomUUID() }
    const readers = await Promise.all(Array.from({ length: 10 }, () => client.chat(turn)))
    await house.asked('ten at once')
    house.upstream.open('ten at once')
    const logs = await Promise.all(readers.map((reader) => reader.rest()))
    expect(logs[0]?.at(-1)?.data).toMatchObject({ status: 'completed' })
    for (const log of logs) expect(log).toEqual(logs[0])
    expect(house.timesAsked('ten at once')).toBe(1)
    const { conversations } = await client.ask(conversationPage, 'GET', '/api/conversations')
    expect(conversations.map((conversation) => conversation.title)).toEqual(['ten at once'])
  })

  test('two people may use the same turn id', async () => {
    const turn = { text: 'a shared turn id', turnId: randomUUID() }
    const [mine, theirs] = [await client.start(turn), await house.client().start(turn)]
    expect(theirs.generationId).not.toBe(mine.generationId)
    expect(theirs.conversationId).not.toBe(mine.conversationId)
  })

  test('the second turn sends the first one’s messages', async () => {
    const { conversationId } = await client.finish({ text: 'first of two' })
    await client.finish({ text: 'second of two', conversationId })
    expect(await sent('second of two')).toEqual([user('first of two'), reply('first of two'), user('second of two')])
  })

  test('a parent chooses the branch that a turn follows', async () => {
    const first = await client.finish({ text: 'root' })
    const { conversationId } = first
    const left = await client.finish({ text: 'left', conversationId })
    await client.finish({ text: 'right', conversationId, parentId: first.messageId })
    expect(await sent('right')).toEqual([user('root'), reply('root'), user('right')])
    await client.finish({ text: 'left again', conversationId, parentId: left.messageId })
    expect(await sent('left again')).toEqual([
      user('root'),
      reply('root'),
      user('left'),
      reply('left'),
      user('left again'),
    ])
    const other = await client.finish({ text: 'another root', conversationId, parentId: null })
    expect(await sent('another root')).toEqual([user('another root')])

    const { messages } = await client.conversation(conversationId)
    const parents = new Map(messages.map((message) => [textOf(message.parts), message.parentId]))
    expect(Object.fromEntries(parents)).toMatchObject({
      root: null,
      left: first.messageId,
      right: first.messageId,
      'left again': left.messageId,
      'another root': null,
      'Re: another root': other.userMessageId,
    })
  })

  test('two turns that are sent to one conversation at once are both kept', async () => {
    const { conversationId } = await client.finish({ text: 'before both' })
    const both = await Promise.all(
      ['this tab', 'that tab'].map((text) => client.finish({ text: `from ${text}`, conversationId })),
    )
    expect(both.map((each) => each.text)).toEqual(['Re: from this tab', 'Re: from that tab'])
    const { messages } = await client.conversation(conversationId)
    const texts = messages.map((message) => textOf(message.parts))
    expect(texts).toHaveLength(6)
    expect(texts).toEqual(expect.arrayContaining(['from this tab', 'Re: from this tab', 'from that tab']))
  })

  test('an answer that failed does not go back to the model', async () => {
    house.upstream.scriptFor('it fails', ({ prompt }) =>
      prompt === 'it fails'
        ? [{ status: 500 }, { write: 'no' }]
        : [{ write: delta('Better.') + finish('stop') + done }],
    )
    const { conversationId, status } = await client.finish({ text: 'it fails' })
    expect(status).toBe('failed')
    await client.finish({ text: 'after the failure', conversationId })
    const both = 'it fails\n\nafter the failure'
    expect(await sent(both)).toEqual([user(both)])
  })

  test('system, temperature and maxTokens reach the upstream', async () => {
    const settings = { system: 'Answer in rhyme.', temperature: 0.25, maxTokens: 77 }
    await client.finish({ text: 'with settings', settings })
    await client.finish({ text: 'without settings' })
    const { body } = await house.asked('with settings')
    expect(body.messages).toEqual([{ role: 'system', content: 'Answer in rhyme.' }, user('with settings')])
    expect(body).toMatchObject({ model: 'scripted', temperature: 0.25, max_tokens: 77 })
    const plain = (await house.asked('without settings')).body
    expect(plain.messages).toEqual([user('without settings')])
    expect(plain).not.toHaveProperty('temperature')
    expect(plain).not.toHaveProperty('max_tokens')
  })

  test('any model name is passed to the operator’s upstream as it is, with the operator’s key', async () => {
    await client.finish({ text: 'a model of any name', model: 'org/model:free' })
    const { body, headers } = await house.asked('a model of any name')
    expect(body.model).toBe('org/model:free')
    expect(headers.authorization).toBe(`Bearer ${house.environment.OPENAI_API_KEY}`)
  })
})
