import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { settings } from '@/lib/protocol/api'
import { type BudgetState, budgetList } from '@/lib/protocol/billing/budgets'
import { conversationSpending } from '@/lib/protocol/details'
import { done, finish, usage } from '../../upstream/events'
import { type Client, turnOf } from '../client'
import { engines, type House, openHouse } from '../house'
import { budgetsOf, cap, estimated, model, setBudgets, setPrice } from './budgets'

const rupees = { currency: 'INR', exchangeRate: '80' }
const yen = { currency: 'JPY', exchangeRate: '160' }

describe.each(engines)('money in another currency, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1' })
    house.upstream.script([
      { delta: 'Yes.' },
      { write: finish('stop') + usage({ prompt: 1000, completion: 500 }) + done },
    ])
  })
  beforeEach(async () => {
    client = house.client()
    await setPrice(house, client)
  })
  afterAll(() => house?.close())

  const choose = (currency: typeof rupees) => client.ask(settings, 'PATCH', '/api/settings', currency)
  const change = ({ id, version }: BudgetState, amount: string, currency: string) =>
    ({ path: `/api/budgets/${id}`, json: { measure: 'cost', amount, currency, version } }) as const

  test('a budget whose currency is no longer the person’s says so, and each can be changed or removed', async () => {
    await choose(rupees)
    const [day, month] = [cap('day', 'cost', '50', 'INR'), cap('month', 'cost', '500', 'INR')]
    const answer = await client.finish({ text: 'What has it cost?', model, settings: { maxTokens: 500 } })
    expect(await setBudgets(client, day, month)).toMatchObject([{ spent: '0.16' }, { spent: '0.16' }])
    await choose(yen)
    const unknown = { spent: null, reserved: null, near: false }
    expect(await budgetsOf(client)).toMatchObject([
      { ...day, ...unknown },
      { ...month, ...unknown },
    ])
    const { budget } = await estimated(client, { conversationId: answer.conversationId, text: 'And now?' })
    expect(budget).toMatchObject({ left: null, fits: false, lowerMaxTokens: null })
    expect(budget?.unknown).toContain('Rill has no exchange rate for')

    const [daily, monthly] = await budgetsOf(client)
    if (!daily || !monthly) throw new Error('A budget is missing')
    const yenADay = change(daily, '80', 'JPY')
    expect((await client.ask(budgetList, 'PATCH', yenADay.path, yenADay.json)).budgets).toMatchObject([
      { amount: '80', spent: '0.32' },
      unknown,
    ])
    // What is kept may stay in its currency; what is set anew may not.
    const more = change(monthly, '600', 'INR')
    expect((await client.refusal('PATCH', more.path, { json: more.json })).problem.field).toBe('currency')
    await client.ask(budgetList, 'DELETE', `/api/budgets/${daily.id}?version=2`)
    expect(await budgetsOf(client)).toMatchObject([unknown])
    const { status, problem } = await client.refusal('POST', '/api/chat', { json: turnOf({ text: 'Hello', model }) })
    expect([status, problem.kind]).toEqual([402, 'budget'])
    expect(await setBudgets(client)).toEqual([])
  })

  test('a model that nobody has priced is no matter of how much is left', async () => {
    await setBudgets(client, cap('day', 'cost', '5'))
    const { budget } = await estimated(client, { text: 'What is it?', model: 'unpriced', settings: { maxTokens: 9 } })
    expect(budget).toMatchObject({ left: '5', fits: false, lowerMaxTokens: null })
    expect(budget?.unknown).toContain('Set its price in Settings')
    expect((await estimated(client, { text: 'What is it?', settings: { maxTokens: 9 } })).budget?.unknown).toBeNull()
  })

  test('an answer that is priced in a third currency is not free', async () => {
    await choose(rupees)
    await setPrice(house, client, { currency: 'EUR' })
    const { conversationId } = await client.finish({ text: 'In euros', model })
    const spending = () => client.ask(conversationSpending, 'GET', `/api/conversations/${conversationId}/spending`)
    const others = [{ amount: '0.002', currency: 'EUR' }]
    expect(await spending()).toEqual({ tokens: 1500, cost: { amount: '0', currency: 'USD' }, others, unpriced: 0 })
    await setPrice(house, client, { currency: 'INR' })
    await client.finish({ conversationId, text: 'In rupees', model })
    // By the rate of its time, whatever is chosen since.
    await choose(yen)
    expect(await spending()).toMatchObject({ tokens: 3000, cost: { amount: '0.000025' }, others, unpriced: 0 })
    await setPrice(house, client, { currency: 'EUR', input: '0', output: '0' })
    await client.finish({ conversationId, text: 'For nothing', model })
    expect(await spending()).toMatchObject({ tokens: 4500, cost: { amount: '0.000025' }, others, unpriced: 0 })
  })
})
