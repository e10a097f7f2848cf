import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { settings } from '@/lib/protocol/api'
import { budgetList } from '@/lib/protocol/billing/budgets'
import { dayOf, isoOfDay } from '@/lib/protocol/billing/days'
import { priceList } from '@/lib/protocol/billing/prices'
import { conversationUsagePage, TESTS, usageReport } from '@/lib/protocol/billing/usage'
import { provider } from '@/lib/protocol/providers'
import { done, finish, usage } from '../../upstream/events'
import type { Client } from '../client'
import { engines, type House, openHouse } from '../house'
import { setBudgets } from './budgets'

const end = { write: finish('stop') + usage({ prompt: 1_000, completion: 200 }) + done }

describe.each(engines)('usage, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
    client = house.client()
    house.upstream.script([{ delta: 'A brook is ' }, { delta: 'long.' }, end])
    house.upstream.scriptFor('cut', [{ delta: 'A brook' }, { cut: true }])
    const price = { provider: new URL(house.upstream.baseUrl).host, model: 'scripted', input: '2', output: '10' }
    await client.ask(priceList, 'PUT', '/api/prices', { prices: [price] })
    await client.finish({ text: '=SUM(A1:A9), "quoted"' })
    await client.finish({ text: 'another conversation' })
    await client.finish({ text: 'cut' })
  })
  afterAll(() => house?.close())

  const report = (query = '', of = client) => of.ask(usageReport, 'GET', `/api/usage?${query}`)

  test('every answer counts once: in all, by day, model, provider and conversation', async () => {
    const { totals, days, models, providers, conversations, from, to } = await report()
    expect(totals).toMatchObject({ generations: 3, completed: 2, interrupted: 1, failed: 0, unpriced: 0 })
    // 2 × (1,000 × $2 + 200 × $10) a million, and what was cut, by estimate.
    expect(Number(totals.cost[0]?.amount)).toBeGreaterThanOrEqual(0.008)
    expect(totals).toMatchObject({ estimated: 1, cost: [{ currency: 'USD' }] })
    expect(totals.waits.reduce((sum, count) => sum + count)).toBe(3)
    expect(days).toMatchObject([{ day: to, generations: 3 }])
    expect(Date.parse(to) - Date.parse(from)).toBe(29 * 86_400_000)
    const providerId = expect.stringMatching(/^environment/)
    expect(models).toMatchObject([{ providerId, model: 'scripted', generations: 3 }])
    expect(providers).toMatchObject([{ providerId, generations: 3 }])
    expect(conversations.count).toBe(3)
    expect(conversations.rows.map(({ title }) => title).toSorted()).toEqual([
      '=SUM(A1:A9), "quoted"',
      'another conversation',
      'cut',
    ])
  })

  test('every call counts, whatever it was for, and as much as is booked', async () => {
    const { upstream } = house
    const somebody = house.client()
    const price = { provider: new URL(upstream.baseUrl).host, model: 'scripted', input: '2', output: '10' }
    await somebody.ask(priceList, 'PUT', '/api/prices', { prices: [price] })
    const budget = { scope: 'day', measure: 'tokens', amount: '1000000' }
    await setBudgets(somebody, budget, { ...budget, measure: 'cost', amount: '1000', currency: 'USD' })
    upstream.scriptFor('as far as', [
      { delta: 'As far as' },
      { write: finish('length') + usage({ prompt: 10, completion: 5 }) + done },
    ])
    const first = await somebody.finish({ text: 'as far as' })
    const rest = await somebody.finishAgain('continue', first.generationId)
    await somebody.finishAgain('regenerate', rest.generationId)
    const form = { name: 'Mine', baseUrl: upstream.baseUrl, apiKey: 'my-own-key', model: 'scripted' }
    await somebody.ask(z.object({ answerProblem: z.null() }), 'POST', '/api/providers/test', form)
    const stored = await somebody.ask(provider, 'POST', '/api/providers', { ...form, model: undefined })
    await somebody.ask(z.object({ answerProblem: z.null() }), 'POST', '/api/providers/test', { ...form, id: stored.id })

    const { totals, models, conversations } = await report('', somebody)
    expect(totals).toMatchObject({ generations: 5, completed: 5, attempts: 5, unpriced: 0, estimated: 0 })
    expect(totals.waits.reduce((sum, count) => sum + count)).toBe(5)
    const rows = Object.fromEntries(conversations.rows.map((row) => [row.conversationId, row]))
    expect(Object.keys(rows).toSorted()).toEqual([first.conversationId, TESTS].toSorted())
    expect(rows[TESTS]).toMatchObject({ title: null, generations: 2, promptTokens: 2_000, completionTokens: 400 })
    expect(models.map(({ providerId, model }) => [providerId, model])).toEqual(
      expect.arrayContaining([
        [new URL(upstream.baseUrl).host, 'scripted'],
        [stored.id, `${stored.id}:scripted`],
      ]),
    )
    const { budgets } = await somebody.ask(budgetList, 'GET', '/api/budgets')
    const tokens = totals.promptTokens + totals.completionTokens
    expect(budgets.map(({ spent }) => spent)).toEqual([`${tokens}`, totals.cost[0]?.amount])
    expect((await report(`conversation=${TESTS}`, somebody)).totals).toMatchObject({ generations: 2 })
    const exported = await somebody.call('GET', `/api/usage/export?format=csv&conversation=${TESTS}`)
    expect(exported.text.trimEnd().split('\r\n')).toHaveLength(3)
  })

  test('a test that came to nothing counts as nothing', async () => {
    const somebody = house.client()
    const form = { name: 'Mine', baseUrl: house.upstream.baseUrl, apiKey: 'my-own-key', model: 'refused' }
    house.upstream.scriptFor('Say hello', ({ body }) =>
      body.model === 'refused' ? [{ status: 404 }, { end: true }] : [{ delta: 'Hello.' }, end],
    )
    await somebody.ask(z.object({ answerProblem: z.object({}) }), 'POST', '/api/providers/test', form)
    expect((await report('', somebody)).totals.generations).toBe(0)
  })

  test('nobody sees another’s, whichever conversation they name', async () => {
    const stranger = house.client()
    await stranger.finish({ text: 'their own' })
    expect((await report('', stranger)).totals.generations).toBe(1)
    const [mine] = (await report()).conversations.rows
    for (const id of [mine?.conversationId, 'nothing']) {
      const theirs = await report(`conversation=${id}`, stranger)
      expect(theirs).toMatchObject({ totals: { generations: 0 }, days: [], conversations: { count: 0, rows: [] } })
      expect((await stranger.call('GET', `/api/usage/export?format=json&conversation=${id}`)).text).toBe('[\n]\n')
    }
    expect((await stranger.call('GET', '/api/usage/export?format=csv')).text).not.toContain('SUM')
    const page = await stranger.ask(conversationUsagePage, 'GET', '/api/usage/conversations')
    expect(page.rows.map(({ title }) => title)).toEqual(['their own'])
  })

  test('an export is a file: CSV in which nothing is a formula, and JSON', async () => {
    const csv = await client.call('GET', '/api/usage/export?format=csv')
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.headers['content-disposition']).toMatch(/^attachment; filename="rill-usage-[\d-]+-to-[\d-]+\.csv"$/)
    const [head, ...rows] = csv.text.trimEnd().split('\r\n')
    expect(head).toMatch(/^day,provider,model,conversation,title,currency,cost,generations,/)
    expect(rows).toHaveLength(3)
    expect(csv.text).toContain(`,"'=SUM(A1:A9), ""quoted""",USD,0.004,1,1,`)
    const exported = z.array(z.looseObject({ title: z.string(), promptTokens: z.number() }))
    const rowsOfJson = await client.ask(exported, 'GET', '/api/usage/export?format=json')
    expect(rowsOfJson.find(({ title }) => title === 'another conversation')).toMatchObject({ promptTokens: 1_000 })
  })

  test.each([
    ['from=yesterday', 'from'],
    ['from=2026-02-30', 'from'],
    ['from=2026-03-02&to=2026-03-01', 'from'],
    ['from=1900-01-01', 'from'],
    ['sort=cost', 'sort'],
  ])('%s is refused', async (query, field) => {
    const { status, problem } = await client.refusal('GET', `/api/usage?${query}`)
    expect([status, problem.field]).toEqual([400, field])
  })

  test('a day is one of the person’s own calendar', async () => {
    const zones = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']
    for (const timeZone of zones) {
      const somebody = house.client()
      await somebody.ask(settings, 'PATCH', '/api/settings', { timeZone })
      await somebody.finish({ text: 'what day is it?' })
      expect((await report('', somebody)).days.map(({ day }) => day)).toEqual([isoOfDay(dayOf(Date.now(), timeZone))])
    }
  })

  test('what a deleted conversation cost stays', async () => {
    const { conversationId } = await client.finish({ text: 'to be deleted' })
    await client.call('DELETE', `/api/conversations/${conversationId}`)
    const { conversations, totals } = await report(`conversation=${conversationId}`)
    expect(totals.generations).toBe(1)
    expect(conversations.rows).toMatchObject([{ conversationId, title: null }])
  })
})
