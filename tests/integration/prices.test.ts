import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { settings } from '@/lib/protocol/api'
import { priceList } from '@/lib/protocol/prices'
import type { Client } from './client'
import { engines, type House, openHouse } from './house'

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
      { ...row, ...stored, output: '12.5', currency: 'USD', date: expect.any(String), source: 'own' },
      {
        ...row,
        ...stored,
        provider: 'localhost:8000',
        model: 'creek',
        output: '12.5',
        currency: 'INR',
        date: expect.any(String),
        source: 'own',
      },
    ])
    expect(list.length).toBeGreaterThan(100)
    expect((await put({ ...row, input: '0.003625' })).own.map(({ input }) => input)).toEqual(['0.003625', '3'])

    const one = await client.ask(priceList, 'DELETE', '/api/prices?provider=api.openai.com&model=gpt-4o')
    expect(one.own.map(({ model }) => model)).toEqual(['creek'])
    expect((await client.ask(priceList, 'DELETE', '/api/prices')).own).toEqual([])
    expect((await client.ask(priceList, 'GET', '/api/prices')).own).toEqual([])
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

  test.each([
    ['a field that is missing', { model: 'a', input: 1, output: 1 }, 'provider'],
    ['a price below 0', { ...row, input: -1 }, 'input'],
    ['more decimals than are kept', { ...row, output: '0.0000001' }, 'output'],
    ['a number that JSON writes with an exponent', { ...row, output: 1e-7 }, 'output'],
    ['words', { ...row, cachedInput: 'cheap' }, 'cachedInput'],
    ['a currency that is none', { ...row, currency: 'XQQ' }, 'currency'],
    ['an empty name', { ...row, model: ' ' }, 'model'],
    ['no host', { ...row, provider: 'two words' }, 'provider'],
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
