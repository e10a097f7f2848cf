import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { conversationPage, conversationSummary } from '@/lib/protocol/api'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import type { Client } from '../client'
import { engines, type House, openHouse } from '../house'

describe.each(engines)('conversations, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1' })
  })
  beforeEach(() => {
    client = house.client()
  })
  afterAll(() => house?.close())

  const create = (given: { title?: string; model?: string; kind?: 'lab' } = {}) =>
    client.ask(conversationSummary, 'POST', '/api/conversations', given)
  const list = (query = '') => client.ask(conversationPage, 'GET', `/api/conversations${query}`)
  const titles = async () => (await list()).conversations.map(({ title }) => title)

  test('is made empty, with a title and a model, and chatted in', async () => {
    const response = await client.call('POST', '/api/conversations', { json: { title: 'Plans', model: 'scripted' } })
    expect(response.status).toBe(201)
    const made = conversationSummary.parse(JSON.parse(response.text))
    expect(made).toMatchObject({ title: 'Plans', model: 'scripted', running: [] })
    expect(await client.conversation(made.id)).toEqual({ ...made, messages: [], hasEarlier: false })
    await client.finish({ text: 'Into it.', conversationId: made.id })
    const after = await client.conversation(made.id)
    expect(after.title).toBe('Plans')
    expect(after.messages.map(({ parts }) => textOf(parts))[0]).toBe('Into it.')
  })

  test('a run of the Lab is kept, and listed apart', async () => {
    const run = await create({ title: 'Why?', kind: 'lab' })
    await create({ title: 'Plans' })
    await client.finish({ text: 'Why?', conversationId: run.id })
    expect(await titles()).toEqual(['Plans'])
    expect((await list('?kind=lab')).conversations).toMatchObject([{ id: run.id, kind: 'lab', title: 'Why?' }])
    expect((await client.conversation(run.id)).messages).toHaveLength(2)
    expect((await client.call('GET', '/api/conversations?kind=all')).status).toBe(400)
  })

  test('takes its title from the first line of its first prompt', async () => {
    await client.finish({ text: '\n  A first line\nand a second' })
    const long = `${'word '.repeat(30)}`
    await client.finish({ text: long })
    const [cut, line] = await titles()
    expect(line).toBe('A first line')
    expect(cut).toMatch(/^(word )+(word|wor|wo|w)?…$/)
    expect([...(cut ?? '')]).toHaveLength(60)
  })

  test('are listed newest first, and one that is written to comes up', async () => {
    const first = await client.finish({ text: 'first' })
    await client.finish({ text: 'second' })
    await client.finish({ text: 'third' })
    expect(await titles()).toEqual(['third', 'second', 'first'])
    await client.finish({ text: 'again', conversationId: first.conversationId })
    expect(await titles()).toEqual(['first', 'third', 'second'])
  })

  test('are paged with a cursor: each once, and none missed when others come meanwhile', async () => {
    for (let n = 0; n < 7; n++) await create({ title: `${n}` })
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: Awaited<ReturnType<typeof list>> = await list(`?limit=3${query}`)
      seen.push(...page.conversations.map(({ title }) => title))
      cursor = page.nextCursor
      await create({ title: 'meanwhile' })
    } while (cursor !== null)
    expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0'])
  })

  test.each(['cursor=x', 'cursor=.', 'cursor=1.%00', 'limit=0', 'limit=101', 'limit=x'])(
    'refuses the page %s',
    async (query) => {
      const [field] = query.split('=')
      expect(await client.refusal('GET', `/api/conversations?${query}`)).toMatchObject({
        status: 400,
        problem: { field },
      })
    },
  )

  test('are renamed, and say which model they use', async () => {
    const { id } = await create({ title: 'Before' })
    const path = `/api/conversations/${id}`
    expect(await client.ask(conversationSummary, 'PATCH', path, { title: '  After  ' })).toMatchObject({
      title: 'After',
    })
    expect(await client.ask(conversationSummary, 'PATCH', path, { model: 'other' })).toMatchObject({ model: 'other' })
    expect(await client.conversation(id)).toMatchObject({ title: 'After', model: 'other' })
    expect(await titles()).toEqual(['After'])
    for (const [json, field] of [
      [{ title: '' }, 'title'],
      [{ title: 'a\u0000b' }, 'title'],
      [{ title: 'x'.repeat(201) }, 'title'],
      [{ name: 'After' }, 'name'],
      [{ deleted: true }, 'deleted'],
    ] as const) {
      expect(await client.refusal('PATCH', path, { json })).toMatchObject({ status: 400, problem: { field } })
    }
  })

  test('are given by their newest messages alone when these are asked for', async () => {
    const first = await client.finish({ text: 'one' })
    const { conversationId } = first
    await client.finish({ text: 'beside', conversationId, parentId: null })
    await client.finish({ text: 'two', conversationId, parentId: first.messageId })
    const all = await client.conversation(conversationId)
    expect(all).toMatchObject({ messages: { length: 6 }, hasEarlier: false })
    for (const newest of [1, 3, 5])
      expect(await client.conversation(conversationId, newest)).toEqual({
        ...all,
        messages: all.messages.slice(-newest),
        hasEarlier: true,
      })
    for (const newest of [6, 500]) expect(await client.conversation(conversationId, newest)).toEqual(all)
    const { id } = await create()
    expect(await client.conversation(id, 1)).toMatchObject({ messages: [], hasEarlier: false })
  })

  test.each(['newest=0', 'newest=501', 'newest=1.5', 'newest=', 'newest=x', 'oldest=1'])(
    'refuses to give the messages %s',
    async (query) => {
      const { id } = await create()
      const [field] = query.split('=')
      expect(await client.refusal('GET', `/api/conversations/${id}?${query}`)).toMatchObject({
        status: 400,
        problem: { field },
      })
    },
  )

  test('count every run of a message, also when it is asked for alone', async () => {
    const prompt = `cut ${randomUUID()}`
    house.upstream.scriptFor(prompt, [{ delta: 'The first half and' }, { cut: true }])
    const { conversationId, generationId } = await client.finish({ text: prompt })
    await client.finishAgain('continue', generationId)
    const [whole] = (await client.conversation(conversationId)).messages.slice(-1)
    expect(whole?.generation?.earlier).toHaveLength(1)
    expect((await client.conversation(conversationId, 1)).messages).toEqual([whole])
  })

  test('name what is running in them', async () => {
    const prompt = `runs ${randomUUID()}`
    house.upstream.scriptFor(prompt, [{ until: prompt }, { delta: 'Done.' }, { end: true }])
    const { conversationId, generationId } = await client.start({ text: prompt })
    expect((await list()).conversations[0]?.running).toEqual([generationId])
    expect((await client.conversation(conversationId)).running).toEqual([generationId])
    house.upstream.open(prompt)
    await (await client.follow(generationId)).rest()
    expect((await list()).conversations[0]?.running).toEqual([])
  })

  test('show a running answer as far as it has come, with the cursor to read on from', async () => {
    const prompt = `half ${randomUUID()}`
    house.upstream.scriptFor(prompt, [{ delta: 'One, ' }, { until: prompt }, { delta: 'two.' }])
    const reader = await client.chat({ text: prompt })
    await reader.untilText('One, ')
    const { conversationId, generationId } = startData.parse(reader.seen[0]?.data)
    const reply = (await client.conversation(conversationId)).messages.at(-1)
    expect(reply).toMatchObject({
      parts: [{ type: 'text', text: 'One, ' }],
      generation: { status: 'running', cursor: reader.cursor },
    })
    expect((await client.conversation(conversationId, 1)).messages).toEqual([reply])
    house.upstream.open(prompt)
    const rest = await client.follow(generationId, reply?.generation?.cursor)
    await rest.rest()
    expect(rest.text).toBe('two.')
  })

  test('are deleted, which stops what runs in them, and are brought back', async () => {
    const prompt = `delete me ${randomUUID()}`
    house.upstream.scriptFor(prompt, [{ delta: 'So far' }, { until: 'never' }])
    const reader = await client.chat({ text: prompt })
    await reader.untilText('So far')
    const { conversationId, generationId } = startData.parse(reader.seen[0]?.data)
    const path = `/api/conversations/${conversationId}`

    expect((await client.call('DELETE', path)).status).toBe(204)
    expect(await (await house.asked(prompt)).closed).toMatchObject({ ended: false })
    await reader.rest()
    expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'stopped' })
    expect(await titles()).toEqual([])
    const gone = await client.refusal('GET', path)
    expect(gone).toMatchObject({ status: 404, problem: { kind: 'not_found' } })
    expect(await client.refusal('DELETE', path)).toEqual(gone)
    expect(await client.refusal('PATCH', path, { json: { title: 'x' } })).toEqual(gone)
    const turn = { turnId: randomUUID(), text: 'x', model: 'scripted', conversationId }
    expect(await client.refusal('POST', '/api/chat', { json: turn })).toEqual(gone)
    expect((await client.refusal('GET', `/api/generations/${generationId}/events`)).status).toBe(404)

    expect(await client.ask(conversationSummary, 'PATCH', path, { deleted: false })).toMatchObject({
      id: conversationId,
    })
    expect(await titles()).toEqual([prompt])
    expect((await client.conversation(conversationId)).messages.at(-1)).toMatchObject({
      parts: [{ type: 'text', text: 'So far' }],
      generation: { status: 'stopped' },
    })
  })
})
