import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conversationPage, settings } from '@/lib/protocol/api'
import { budgetList } from '@/lib/protocol/billing/budgets'
import type { StartData } from '@/lib/protocol/events'
import { provider, providerList } from '@/lib/protocol/providers'
import { type Client, type Content, turnOf } from '../client'
import { engines, type House, openHouse } from '../house'
import { addressOf, type Route, routes } from './routes'

type Kind = 'budget' | 'conversation' | 'generation' | 'provider'

/** For each route with a parameter: which id goes there, and what else a valid call needs. */
const cases: Record<string, { of: Kind; json?: unknown; query?: string }> = {
  'GET /api/conversations/[id]': { of: 'conversation' },
  'GET /api/conversations/[id]/spending': { of: 'conversation' },
  'PATCH /api/conversations/[id]': { of: 'conversation', json: { title: 'Renamed' } },
  'GET /api/generations/[id]': { of: 'generation' },
  'GET /api/generations/[id]/events': { of: 'generation' },
  'POST /api/generations/[id]/models': { of: 'generation', json: { models: ['scripted'] } },
  'POST /api/generations/[id]/regenerate': { of: 'generation', json: { turnId: 'another reply' } },
  'POST /api/generations/[id]/retry': { of: 'generation' },
  'POST /api/generations/[id]/stop': { of: 'generation' },
  'POST /api/generations/[id]/continue': { of: 'generation', json: { turnId: 'the rest of the reply' } },
  'PATCH /api/budgets/[id]': { of: 'budget', json: { measure: 'tokens', amount: '800000000', version: 1 } },
  'DELETE /api/budgets/[id]': { of: 'budget', query: '?version=2' },
  'PATCH /api/providers/[id]': { of: 'provider', json: { name: 'Renamed' } },
  'DELETE /api/providers/[id]': { of: 'provider' },
  'DELETE /api/conversations/[id]': { of: 'conversation' },
}

/** Every other address under /api. */
const nowhere = '/api/[...missing]'

test('every route with a parameter has a case here', () => {
  const withParameter = routes().filter(({ path }) => path.includes('[') && path !== nowhere)
  expect(withParameter.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(cases).sort())
})

describe.each(engines)('another person’s rows, on %s', (engine) => {
  let house: House
  let owner: Client
  let stranger: Client
  let ids: Record<Kind, string>
  let start: StartData
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
    house.upstream.scriptFor('mine', [{ delta: 'Mine too.' }, { until: 'never' }])
    owner = house.client()
    stranger = house.client()
    start = await owner.start({ text: 'mine' })
    const form = { name: 'Mine', baseUrl: house.upstream.baseUrl, apiKey: 'my-own-key' }
    const { id } = await owner.ask(provider, 'POST', '/api/providers', form)
    const cap = { scope: 'batch', measure: 'tokens', amount: '900000000' }
    const { budgets } = await owner.ask(budgetList, 'POST', '/api/budgets', cap)
    ids = {
      budget: budgets[0]?.id ?? '',
      conversation: start.conversationId,
      generation: start.generationId,
      provider: id,
    }
    await stranger.start({ text: 'theirs' })
  })
  afterAll(() => house?.close())

  /** Calls with this id and with an unknown one: both must get the same error. */
  const refusedAlike = async (call: (id: string) => Promise<{ status: number; text: string }>, id: string) => {
    const [foreign, unknown] = [await call(id), await call(uuidv7())]
    expect([foreign.status, unknown.status]).toEqual([404, 404])
    expect(foreign.text).toBe(unknown.text)
    expect(foreign.text).toContain('"kind":"not_found"')
  }

  test.each(Object.entries(cases))(
    '%s: the same 404 as for an id of nothing',
    async (route, { of, json, query = '' }) => {
      const one = named(route)
      await refusedAlike((id) => stranger.call(one.method, addressOf(one, id) + query, { json }), ids[of])
    },
  )

  test.each(routes().filter(({ path }) => path === nowhere))(
    '$method of an address that nothing has: the same 404',
    async (route) => {
      await refusedAlike((id) => stranger.call(route.method, addressOf(route, id)), ids.conversation)
    },
  )

  test('several logs in one response: the same 404, wherever in the list the id is', async () => {
    const { generationId: own } = await stranger.start({ text: 'one of their own' })
    const read = (list: string) => stranger.call('GET', `/api/generations/events?from=${list}`)
    await refusedAlike((id) => read(`${id}:0`), ids.generation)
    await refusedAlike((id) => read(`${own}:0,${id}:0`), ids.generation)
    const theirs = await stranger.open('GET', `/api/generations/events?from=${own}:0`)
    expect(theirs.statusCode).toBe(200)
    await theirs.body.dump({ limit: 1 })
  })

  test.each(['x', "' OR 1=1 --", '../settings', 'é'.repeat(200), '🙈'])(
    'an odd id is a 404 as well: %j',
    async (id) => {
      for (const route of Object.keys(cases)) {
        const one = named(route)
        const address = addressOf(one, encodeURIComponent(id)) + (cases[route]?.query ?? '')
        const { status } = await owner.call(one.method, address, { json: cases[route]?.json })
        expect([route, status]).toEqual([route, 404])
      }
    },
  )

  test('no id in a body reaches another person’s row', async () => {
    const chat = (more: object) => stranger.call('POST', '/api/chat', { json: turnOf({ text: 'Hello', ...more }) })
    const own = (await stranger.start({ text: 'a conversation of their own' })).conversationId
    await refusedAlike((conversationId) => chat({ conversationId }), ids.conversation)
    await refusedAlike((conversationId) => chat({ conversationId, parentId: start.messageId }), ids.conversation)
    await refusedAlike((parentId) => chat({ conversationId: own, parentId }), start.messageId)
    await refusedAlike((parentId) => chat({ conversationId: own, parentId }), start.userMessageId)
    await refusedAlike((id) => chat({ model: `${id}:scripted` }), ids.provider)
    const estimate = (more: object) => stranger.call('POST', '/api/estimate', { json: { text: 'Hello', ...more } })
    await refusedAlike((conversationId) => estimate({ conversationId, model: 'scripted' }), ids.conversation)
    await refusedAlike((parentId) => estimate({ conversationId: own, parentId, model: 'scripted' }), start.messageId)
    await refusedAlike((id) => estimate({ model: `${id}:scripted` }), ids.provider)
    await refusedAlike((id) => stranger.call('GET', `/api/budgets?conversationId=${id}`), ids.conversation)
    const form = { name: 'Theirs', baseUrl: house.upstream.baseUrl }
    await refusedAlike((id) => stranger.call('POST', '/api/providers/test', { json: { ...form, id } }), ids.provider)
    expect(house.upstream.requests.filter(({ prompt }) => prompt === 'Hello')).toEqual([])
  })

  test('a parent in another conversation of the same person is refused too', async () => {
    const other = (await owner.start({ text: 'another conversation' })).conversationId
    const chat = (parentId: string) =>
      owner.call('POST', '/api/chat', { json: turnOf({ text: 'Hello', conversationId: other, parentId }) })
    await refusedAlike(chat, start.messageId)
  })

  test('nobody sees another person’s lists and settings', async () => {
    const { conversations } = await stranger.ask(conversationPage, 'GET', '/api/conversations')
    expect(conversations.map(({ title }) => title)).not.toContain('mine')
    expect((await stranger.ask(providerList, 'GET', '/api/providers')).own).toEqual([])
    expect((await stranger.call('GET', '/api/models')).text).not.toContain(ids.provider)
    await owner.ask(settings, 'PATCH', '/api/settings', { theme: 'dark' })
    expect(await stranger.ask(settings, 'GET', '/api/settings')).toMatchObject({ theme: 'system' })
  })

  test('another person’s deleted conversation can’t be restored', async () => {
    const { conversationId } = await owner.finish({ text: 'to be deleted' })
    await owner.call('DELETE', `/api/conversations/${conversationId}`)
    const restore: Content = { json: { deleted: false } }
    await refusedAlike((id) => stranger.call('PATCH', `/api/conversations/${id}`, restore), conversationId)
    expect((await owner.call('GET', `/api/conversations/${conversationId}`)).status).toBe(404)
  })

  test('the rows are unchanged, and their owner’s calls succeed', async () => {
    expect(await owner.conversation(ids.conversation)).toMatchObject({ title: 'mine', running: [ids.generation] })
    // In this order, each call succeeds before its row is deleted.
    for (const [route, { of, json, query = '' }] of Object.entries(cases)) {
      const one = named(route)
      const response = await owner.open(one.method, addressOf(one, ids[of]) + query, { json })
      expect([route, response.statusCode >= 200 && response.statusCode < 300]).toEqual([route, true])
      // An event stream continues; other responses end.
      await response.body.dump({ limit: 1 })
    }
  })

  test('turn ids are separate for each owner', async () => {
    const turn = { text: 'one turn id', turnId: randomUUID() }
    const [mine, theirs] = [await owner.start(turn), await stranger.start(turn)]
    expect(theirs.conversationId).not.toBe(mine.conversationId)
  })
})

function named(name: string): Route {
  const route = routes().find(({ method, path }) => `${method} ${path}` === name)
  if (!route) throw new Error(`There is no route ${name}`)
  return route
}
