import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import * as z from 'zod/mini'
import { conversation, conversationPage, conversationSummary, errorBody, modelList, settings } from '@/lib/protocol/api'
import { startData } from '@/lib/protocol/events'

/** How a server is asked: what it answered, as status and text. */
export type Ask = (method: Method, path: string, json?: unknown) => Promise<{ status: number; text: string }>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A server, asked by one browser, and a model that answers each prompt and ends. */
export interface Subject {
  ask: Ask
  model: string
}

/**
 * What the store relies on of the API, each by its name. The real server and the one in memory that the store's tests
 * talk to are both held to it, so that neither moves away from the other.
 */
export const contract: Record<string, (subject: Subject) => Promise<void>> = {
  async 'a turn is started once, however often it is sent'(subject) {
    const turn = { turnId: randomUUID(), text: 'Tell me of rivers', model: subject.model }
    const started = await start(subject, turn)
    expect(await start(subject, turn)).toEqual(started)
    await refused(subject, 400, 'POST', '/api/chat', { ...turn, turnId: randomUUID(), colour: 'red' })
    await refused(subject, 404, 'POST', '/api/chat', { ...turn, turnId: randomUUID(), conversationId: 'none' })
  },

  async 'a conversation is given whole, or its newest messages'(subject) {
    const { conversationId, userMessageId, messageId } = await begin(subject)
    const whole = await read(subject, conversation, `/api/conversations/${conversationId}`)
    expect(whole.messages.map(({ id }) => id)).toEqual([userMessageId, messageId])
    expect([whole.hasEarlier, whole.running]).toEqual([false, []])
    const newest = await read(subject, conversation, `/api/conversations/${conversationId}?newest=1`)
    expect([newest.hasEarlier, newest.messages.map(({ id }) => id)]).toEqual([true, [messageId]])
    await refused(subject, 404, 'GET', '/api/conversations/none')
    await refused(subject, 400, 'GET', `/api/conversations/${conversationId}?newest=0`)
  },

  async 'a change of a conversation answers its summary, and refuses what is no change'(subject) {
    const { conversationId } = await begin(subject)
    const path = `/api/conversations/${conversationId}`
    const renamed = await answered(subject, 200, 'PATCH', path, { title: ' Streams ' })
    expect(Object.keys(z.parse(z.strictObject(conversationSummary.shape), JSON.parse(renamed)))).not.toContain(
      'messages',
    )
    expect(JSON.parse(renamed)).toMatchObject({ id: conversationId, title: 'Streams' })
    expect(JSON.parse(await answered(subject, 200, 'PATCH', path, { model: 'creek' }))).toMatchObject({
      model: 'creek',
    })
    for (const wrong of [{ title: '' }, { colour: 'red' }, { deleted: true }, { title: 7 }])
      await refused(subject, 400, 'PATCH', path, wrong)
    await refused(subject, 404, 'PATCH', '/api/conversations/none', { title: 'Streams' })
  },

  async 'a deleted conversation is gone until it is brought back'(subject) {
    const { conversationId, generationId } = await begin(subject)
    const path = `/api/conversations/${conversationId}`
    expect(await answered(subject, 204, 'DELETE', path)).toBe('')
    for (const method of ['GET', 'DELETE'] as const) await refused(subject, 404, method, path)
    await refused(subject, 404, 'PATCH', path, { title: 'Streams' })
    await refused(subject, 404, 'POST', `/api/generations/${generationId}/stop`)
    const list = await read(subject, conversationPage, '/api/conversations')
    expect(list.conversations.map(({ id }) => id)).not.toContain(conversationId)
    const back = await answered(subject, 200, 'PATCH', path, { deleted: false })
    expect(JSON.parse(back)).not.toHaveProperty('messages')
    expect((await read(subject, conversation, path)).messages).toHaveLength(2)
  },

  async 'the list is newest first, and goes on after its cursor'(subject) {
    const older = await begin(subject)
    const newer = await begin(subject)
    const first = await read(subject, conversationPage, '/api/conversations?limit=1')
    expect(first.conversations.map(({ id }) => id)).toEqual([newer.conversationId])
    // A cursor names a place, not a number of rows: what comes on top moves nothing.
    const newest = await begin(subject)
    const next = await read(
      subject,
      conversationPage,
      `/api/conversations?limit=1&cursor=${encodeURIComponent(first.nextCursor ?? '')}`,
    )
    expect(next.conversations.map(({ id }) => id)).toEqual([older.conversationId])
    const all = await read(subject, conversationPage, '/api/conversations?limit=100')
    expect([all.conversations[0]?.id, all.nextCursor]).toEqual([newest.conversationId, null])
    for (const query of ['cursor=nonsense', 'limit=0', 'limit=101', 'colour=red'])
      await refused(subject, 400, 'GET', `/api/conversations?${query}`)
  },

  async 'a stop of what has ended tells how it ended'(subject) {
    const { generationId } = await begin(subject)
    const stopped = await answered(subject, 200, 'POST', `/api/generations/${generationId}/stop`)
    expect(JSON.parse(stopped)).toEqual({ status: 'completed' })
    await refused(subject, 404, 'POST', '/api/generations/none/stop')
  },

  async 'logs are read after a cursor, one by one and several in one'(subject) {
    const { generationId } = await begin(subject)
    const path = `/api/generations/${generationId}/events`
    const whole = await answered(subject, 200, 'GET', path)
    expect([whole.includes('"generationId"'), whole.includes('"completed"')]).toEqual([true, true])
    const later = await answered(subject, 200, 'GET', `${path}?after=1`)
    expect([later.includes('"generationId"'), later.includes('"completed"')]).toEqual([false, true])
    expect(await answered(subject, 200, 'GET', `/api/generations/events?from=${generationId}:1`)).toContain(
      '"completed"',
    )
    await refused(subject, 404, 'GET', '/api/generations/none/events')
    const { field } = await refused(subject, 404, 'GET', `/api/generations/events?from=${generationId}:0,none:0`)
    expect(field).toBe('from.1')
  },

  async 'a setting is changed by itself, and one that there is not is refused'(subject) {
    const changed = await answered(subject, 200, 'PATCH', '/api/settings', { enterSends: false })
    expect(z.parse(settings, JSON.parse(changed))).toMatchObject({ enterSends: false, theme: 'system' })
    expect(await read(subject, settings, '/api/settings')).toMatchObject({ enterSends: false })
    const dark = await answered(subject, 200, 'PATCH', '/api/settings', { theme: 'dark', seen: { theme: 'system' } })
    expect(JSON.parse(dark)).toMatchObject({ enterSends: false, theme: 'dark' })
    await refused(subject, 400, 'PATCH', '/api/settings', { colour: 'red' })
    await refused(subject, 409, 'PATCH', '/api/settings', { theme: 'light', seen: { theme: 'system' } })
  },

  async 'models are listed, and another address is told of in JSON'(subject) {
    await read(subject, modelList, '/api/models')
    await refused(subject, 404, 'GET', '/api/none')
  },
}

async function begin(subject: Subject) {
  return await start(subject, { turnId: randomUUID(), text: 'Tell me of rivers', model: subject.model })
}

/** Starts a turn and reads its log to the end. */
async function start(subject: Subject, turn: object) {
  const log = await answered(subject, 200, 'POST', '/api/chat', turn)
  const data = log.split('\n').find((line) => line.startsWith('data:') && line.includes('"userMessageId"'))
  return z.parse(startData, JSON.parse(data?.slice('data:'.length) ?? ''))
}

async function read<T>(subject: Subject, schema: z.ZodMiniType<T>, path: string): Promise<T> {
  return z.parse(schema, JSON.parse(await answered(subject, 200, 'GET', path)))
}

async function answered({ ask }: Subject, expected: number, method: Method, path: string, json?: unknown) {
  const { status, text } = await ask(method, path, json)
  expect([method, path, json, status, status === expected ? '' : text]).toEqual([method, path, json, expected, ''])
  return text
}

async function refused(subject: Subject, expected: number, method: Method, path: string, json?: unknown) {
  return z.parse(errorBody, JSON.parse(await answered(subject, expected, method, path, json))).error
}
