import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { modelList, settings } from '@/lib/protocol/api'
import { estimate } from '@/lib/protocol/billing/budgets'
import { priceList } from '@/lib/protocol/billing/prices'
import type { Client } from '../client'
import { engines, type House, openHouse } from '../house'

const rupees = { currency: 'INR', exchangeRate: '88.50' }

describe.each(engines)('prices, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1' })
  })
  beforeEach(() => {
    client = house.client()
  })
  afterAll(() => house?.close())

  const row = { provider: 'api.openai.com', model: 'gpt-4o', input: '3', output: 12.5 }
  const put = (...prices: object[]) => client.ask(priceList, 'PUT', '/api/prices', { prices })
  const refused = (prices: unknown) => client.refusal('PUT', '/api/prices', { json: { prices } })

  test('those of the list are there, and none of one’s own', async () => {
    const { list, own } = await client.ask(priceList, 'GET', '/api/prices')
    expect(list.find(({ model }) => model === 'gpt-4o-mini')).toMatchObject({ input: '0.15', currency: 'USD' })
    expect(own).toEqual([])
  })

  test('one’s own are stored, changed and reset', async () => {
    const { own, list } = await put(row, {
      ...row,
      provider: 'HTTP://LocalHost:8000/v1',
      model: 'creek',
      currency: 'inr',
    })
    const stored = { cachedInput: null, reasoning: null, longPrompt: null, contextWindow: null, maxOutput: null }
    expect(own).toEqual([
      { ...row, ...stored, output: '12.5', currency: 'USD', date: expect.any(String), source: 'own', version: 1 },
      {
        ...row,
        ...stored,
        provider: 'localhost:8000',
        model: 'creek',
        output: '12.5',
        currency: 'INR',
        date: expect.any(String),
        source: 'own',
        version: 1,
      },
    ])
    expect(list.length).toBeGreaterThan(100)
    expect((await put({ ...row, input: '0.003625' })).own.map(({ input }) => input)).toEqual(['0.003625', '3'])

    const one = await client.ask(priceList, 'DELETE', '/api/prices?provider=api.openai.com&model=gpt-4o')
    expect(one.own.map(({ model }) => model)).toEqual(['creek'])
    expect((await client.ask(priceList, 'DELETE', '/api/prices')).own).toEqual([])
    expect((await client.ask(priceList, 'GET', '/api/prices')).own).toEqual([])
  })

  test('of two tabs, neither overwrites a price that the other has changed, added or reset', async () => {
    const one = '/api/prices?provider=api.openai.com&model=gpt-4o'
    const status = async (version: number, input: string) =>
      (await client.call('PUT', '/api/prices', { json: { prices: [{ ...row, input, version }] } })).status
    expect(await status(0, '1')).toBe(200)
    expect(await status(0, '2')).toBe(409)
    expect(await status(1, '3')).toBe(200)
    const stale = await client.refusal('PUT', '/api/prices', { json: { prices: [{ ...row, version: 1 }] } })
    expect([stale.status, stale.problem.message]).toEqual([
      409,
      'The price of gpt-4o was changed in another tab or on another device. Review it, then save again.',
    ])
    expect((await client.refusal('DELETE', `${one}&version=1`)).status).toBe(409)
    expect((await client.ask(priceList, 'GET', '/api/prices')).own).toMatchObject([{ input: '3', version: 2 }])
    expect((await client.ask(priceList, 'DELETE', `${one}&version=2`)).own).toEqual([])
    expect(await status(2, '4')).toBe(409)
    // What is gone already need not be reset again; a file takes the place of what there is.
    expect((await client.ask(priceList, 'DELETE', `${one}&version=2`)).own).toEqual([])
    expect((await put({ ...row, input: '5' })).own).toMatchObject([{ input: '5' }])
    expect((await put({ ...row, input: '6' })).own).toMatchObject([{ input: '6', version: 2 }])
  })

  test('changes of different settings that come at the same time are all kept', async () => {
    const changes = [{ theme: 'dark' }, { enterSends: false }, { timeZone: 'Asia/Kolkata' }, { defaultModel: 'creek' }]
    for (let round = 0; round < 5; round++) {
      const somebody = house.client()
      await somebody.call('GET', '/')
      await Promise.all(changes.map((json) => somebody.call('PATCH', '/api/settings', { json })))
      expect(await somebody.ask(settings, 'GET', '/api/settings')).toMatchObject(Object.assign({}, ...changes))
    }
  })

  test('of two tabs, the second to set a rate is told what it is by now, and nothing is changed', async () => {
    const [first, second] = [rupees, { currency: 'INR', exchangeRate: '90' }]
    const seen = { currency: 'USD', exchangeRate: '1' }
    await client.ask(settings, 'PATCH', '/api/settings', { ...first, seen })
    const { status, problem } = await client.refusal('PATCH', '/api/settings', { json: { ...second, seen } })
    expect([status, problem.field, problem.message]).toEqual([
      409,
      'currency',
      'The currency was changed in another tab or on another device. It’s now INR, and your change wasn’t saved.',
    ])
    expect(await client.ask(settings, 'GET', '/api/settings')).toMatchObject(first)
    expect(await client.ask(settings, 'PATCH', '/api/settings', { ...second, seen: first })).toMatchObject(second)
    const again = await client.refusal('PATCH', '/api/settings', { json: { ...first, seen: first } })
    expect(again.problem.message).toContain('The exchange rate was changed')
    // Another setting is no matter of it.
    await client.ask(settings, 'PATCH', '/api/settings', { theme: 'dark', seen: { theme: 'system' } })
  })

  test('nobody else sees, changes or removes them', async () => {
    await put(row)
    const stranger = house.client()
    expect((await stranger.ask(priceList, 'GET', '/api/prices')).own).toEqual([])
    expect(
      (await stranger.ask(priceList, 'PUT', '/api/prices', { prices: [{ ...row, input: '1' }] })).own,
    ).toHaveLength(1)
    expect((await stranger.ask(priceList, 'DELETE', '/api/prices')).own).toEqual([])
    expect((await client.ask(priceList, 'GET', '/api/prices')).own.map(({ input }) => input)).toEqual(['3'])
  })

  test('a provider goes by its name; the operator’s address is not told, and its price holds', async () => {
    expect((await put({ ...row, provider: ' openai ' })).own).toMatchObject([{ provider: 'api.openai.com' }])
    const { text } = await client.call('PUT', '/api/prices', {
      json: { prices: [{ ...row, provider: 'This server', model: 'scripted' }] },
    })
    const { own, providers } = priceList.parse(JSON.parse(text))
    const { provider } = own.find(({ model }) => model === 'scripted') ?? {}
    expect(provider).toMatch(/^environment-/)
    expect(providers).toContainEqual({ name: 'This server', provider })
    expect(text).not.toContain('127.0.0.1')
    const { groups } = await client.ask(modelList, 'GET', '/api/models')
    const priced = groups.flatMap(({ models }) => models).find(({ id }) => id === 'scripted')
    expect(priced?.price).toEqual({ currency: 'USD', input: '3', output: '12.5' })
    const estimated = await client.ask(estimate, 'POST', '/api/estimate', { text: 'Why?', model: 'scripted' })
    expect(estimated.cost).not.toBeNull()
  })

  test.each([
    ['a field that is missing', { model: 'a', input: 1, output: 1 }, 'provider'],
    ['a price below 0', { ...row, input: -1 }, 'input'],
    ['more decimals than are kept', { ...row, output: '0.0000001' }, 'output'],
    ['a number that JSON writes with an exponent', { ...row, output: 1e-7 }, 'output'],
    ['words', { ...row, cachedInput: 'cheap' }, 'cachedInput'],
    ['a currency that is none', { ...row, currency: 'XQQ' }, 'currency'],
    ['an empty name', { ...row, model: ' ' }, 'model'],
    ['no host', { ...row, provider: 'two words' }, 'provider'],
    ['a name that no provider has', { ...row, provider: 'opnai' }, 'provider'],
    ['half a token', { ...row, contextWindow: 0.5 }, 'contextWindow'],
    ['a field that is none', { ...row, inputs: 1 }, 'inputs'],
  ])('%s is refused by row and field, and nothing is stored', async (_name, wrong, field) => {
    const { status, problem } = await refused([row, wrong])
    expect(status).toBe(400)
    expect(problem.field).toBe(`prices.1.${field}`)
    expect(problem.message).toMatch(new RegExp(`^prices\\.1\\.${field}: .+`))
    expect((await client.ask(priceList, 'GET', '/api/prices')).own).toEqual([])
  })

  test.each([['text'], [{}], [[]], [null]])('%j is no list of prices', async (prices) => {
    expect((await refused(prices)).problem.field).toBe('prices')
  })

  test('more than a thousand are refused, at once or bit by bit', async () => {
    const many = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...row, model: `model ${from + index}` }))
    expect((await refused(many(0, 1001))).problem.field).toBe('prices')
    await put(...many(0, 1000))
    expect((await refused(many(1000, 1))).status).toBe(400)
    expect((await client.ask(priceList, 'GET', '/api/prices')).own).toHaveLength(1000)
  })

  test.each(['?model=gpt-4o', '?provider=api.openai.com', '?all=1'])('DELETE with %s is refused', async (query) => {
    expect((await client.refusal('DELETE', `/api/prices${query}`)).status).toBe(400)
  })

  test('the currency and its rate are kept, and go together', async () => {
    expect(await client.ask(settings, 'GET', '/api/settings')).toMatchObject({ currency: 'USD', exchangeRate: '1' })
    const rupees = { currency: 'INR', exchangeRate: '88.5' }
    await client.ask(settings, 'PATCH', '/api/settings', rupees)
    expect(await client.ask(settings, 'PATCH', '/api/settings', { theme: 'dark' })).toMatchObject(rupees)
    for (const wrong of [
      { currency: 'EUR' },
      { exchangeRate: '2' },
      { ...rupees, exchangeRate: '0' },
      { ...rupees, currency: 'XQQ' },
    ]) {
      expect((await client.refusal('PATCH', '/api/settings', { json: wrong })).status).toBe(400)
    }
    expect(await client.ask(settings, 'GET', '/api/settings')).toMatchObject(rupees)
  })
})
