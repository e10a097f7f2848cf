import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { settings } from '@/lib/protocol/api'
import { budgetList, fittingModels } from '@/lib/protocol/billing/budgets'
import { priceList } from '@/lib/protocol/billing/prices'
import { done, finish, usage } from '../../upstream/events'
import { type Client, turnOf } from '../client'
import { engines, type House, openHouse } from '../house'
import { budgetsOf, cap, estimated, model, setBudgets, setPrice, WORD } from './budgets'

describe.each(engines)('budgets, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
  })
  beforeEach(async () => {
    client = house.client()
    await setPrice(house, client)
  })
  afterAll(() => house?.close())

  const refused = (of: Client, turn: object) =>
    of.refusal('POST', '/api/chat', { json: turnOf({ text: 'Hello', model, ...turn }) })

  test('a turn is estimated before it is sent', async () => {
    const draft = { text: 'Hello there', settings: { maxTokens: 100 } }
    const before = await estimated(client, draft)
    // 3 + 1 for the message, 2 for its words, 3 for the reply.
    expect(before).toEqual({
      promptTokens: 9,
      accuracy: 'exact',
      maxTokens: 100,
      cost: { amount: '0.000009', currency: 'USD' },
      atMost: { amount: '0.000209', currency: 'USD' },
      context: { window: null, used: 9, trimmedTurns: 0 },
      budget: null,
    })
    await setBudgets(client, cap('day', 'cost', '0.000150'))
    expect((await estimated(client, draft)).budget).toMatchObject({
      scope: 'day',
      left: '0.00015',
      fits: false,
      lowerMaxTokens: 70,
      near: true,
    })
    expect((await estimated(client, { ...draft, settings: { maxTokens: 50 } })).budget).toMatchObject({
      fits: true,
      lowerMaxTokens: null,
      near: false,
    })
    expect(house.timesAsked('Hello there')).toBe(0)
  })

  test('what an answer used is booked for its conversation, its day and its month', async () => {
    house.upstream.scriptFor('book it', [
      { delta: 'Yes.' },
      { write: finish('stop') + usage({ prompt: 1000, completion: 500 }) + done },
    ])
    await setBudgets(client, cap('day', 'cost', '1'), cap('month', 'tokens', '2000'), cap('conversation', 'cost', '2'))
    const answer = await client.finish({ text: 'book it', model, settings: { maxTokens: 500 } })
    expect(answer.usage).toMatchObject({ source: 'reported', cost: { amount: '0.002', currency: 'USD' } })
    const states = await budgetsOf(client, `?conversationId=${answer.conversationId}`)
    expect(states.map(({ scope, spent, reserved, near }) => [scope, spent, reserved, near])).toEqual([
      ['day', '0.002', '0', false],
      ['month', '1500', '0', false],
      ['conversation', '0.002', '0', false],
    ])
    // It is there for a budget that is set later as well.
    expect((await setBudgets(client, cap('day', 'tokens', '1600'))).map(({ spent, near }) => [spent, near])).toEqual([
      ['1500', true],
    ])
  })

  test('one that does not fit is refused in words, with what would fit, and nothing is asked or written', async () => {
    await setBudgets(client, cap('month', 'tokens', '40'))
    const { status, problem } = await refused(client, { text: 'too long', settings: { maxTokens: 100 } })
    expect([status, problem.kind, problem.lowerMaxTokens]).toEqual([402, 'budget', 31])
    expect(problem.message).toContain('This month’s budget is 40 tokens, with 40 left.')
    expect(house.timesAsked('too long')).toBe(0)
    expect((await client.call('GET', '/api/conversations')).text).not.toContain('too long')
    const { status: done } = await client.finish({ text: 'Hello there', model, settings: { maxTokens: 31 } })
    expect(done).toBe('completed')
  })

  test.each([
    ['tokens', '40', 'with 40 left. Limit the reply to 31 tokens, or raise'],
    ['cost', '0.00005', 'Limit the reply to 20 tokens, raise'],
  ] as const)('what fits in part of a cap on %s is offered, and is all that fits', async (measure, amount, words) => {
    await setBudgets(client, cap('month', measure, amount))
    const { status, problem } = await refused(client, { text: 'Hello there', settings: { maxTokens: 100 } })
    expect([status, problem.message]).toEqual([402, expect.stringContaining(words)])
    // As many tokens as any model would take.
    expect(problem.message.includes('choose a cheaper model')).toBe(measure === 'cost')
    const shorter = problem.lowerMaxTokens ?? 0
    const longer = await refused(client, { text: 'Hello there', settings: { maxTokens: shorter + 1 } })
    expect([longer.status, longer.problem.lowerMaxTokens]).toEqual([402, shorter])
    const done = await client.finish({ text: 'Hello there', model, settings: { maxTokens: shorter } })
    expect(done.status).toBe('completed')
  })

  test('the models that could go on with a reply are those whose longest answer fits in what is left', async () => {
    const provider = new URL(house.upstream.baseUrl).host
    const priced = (name: string, input: string, output: string) => ({ provider, model: name, input, output })
    await client.ask(priceList, 'PUT', '/api/prices', {
      prices: [priced('mini', '0.1', '0.2'), priced('gratis', '0', '0')],
    })
    house.upstream.scriptFor('cut at its length', ({ body }) => [
      { delta: 'As far as' },
      { write: finish(body.model === model ? 'length' : 'stop') + usage({ prompt: 100, completion: 350 }) + done },
    ])
    const fitting = async (id: string) =>
      (
        await client.ask(fittingModels, 'POST', `/api/generations/${id}/models`, {
          models: [model, 'mini', 'gratis', 'unpriced', 'demo:rill-demo'],
        })
      ).models
    await setBudgets(client, cap('day', 'cost', '0.001'))
    const { generationId } = await client.finish({ text: 'cut at its length', model, settings: { maxTokens: 400 } })
    // $0.0002 is left: 400 tokens cost $0.0008 of the one, and $0.00008 of the other.
    expect(await fitting(generationId)).toEqual(['mini', 'gratis', 'demo:rill-demo'])
    for (const dear of [model, 'unpriced']) {
      const json = { turnId: `with ${dear}`, model: dear, stream: false }
      expect((await client.refusal('POST', `/api/generations/${generationId}/continue`, { json })).status).toBe(402)
    }
    await setBudgets(client, cap('day', 'cost', '0.0008'))
    expect(await fitting(generationId)).toEqual(['gratis', 'demo:rill-demo'])
    const used = await refused(client, { text: 'Hello there' })
    expect(used.problem.message).toContain('with nothing left')
    expect(used.problem.message).toContain('or choose a free model')
    await setBudgets(client, cap('conversation', 'tokens', '450'))
    expect(await fitting(generationId)).toEqual([])
    await setBudgets(client)
    expect(await fitting(generationId)).toHaveLength(5)
    await setBudgets(client, cap('day', 'cost', '0.001'))
    // Of the one that does not fit, a part does; and of that which does, all.
    const json = { turnId: 'too long', model }
    const { problem } = await client.refusal('POST', `/api/generations/${generationId}/regenerate`, { json })
    expect(problem.lowerMaxTokens).toBeGreaterThan(50)
    const shorter = { model, maxTokens: problem.lowerMaxTokens }
    house.upstream.scriptFor('cut at its length', [
      { delta: 'Briefly.' },
      { write: finish('stop') + usage({ prompt: 10, completion: 5 }) + done },
    ])
    expect((await client.finishAgain('regenerate', generationId, shorter)).status).toBe('completed')
    expect(house.upstream.requests.at(-1)?.body.max_tokens).toBe(problem.lowerMaxTokens)
    expect((await client.finishAgain('continue', generationId, { model: 'mini' })).status).toBe('completed')
    expect(house.upstream.requests.at(-1)?.body.max_tokens).toBe(400)
  })

  test('a cap on each answer sets how long it may be', async () => {
    await setBudgets(client, cap('generation', 'tokens', '50'))
    await client.finish({ text: 'each answer', model })
    expect((await house.asked('each answer')).body.max_tokens).toBe(50 - 9)
    const { status, problem } = await refused(client, { text: 'word '.repeat(60) })
    expect([status, problem.lowerMaxTokens]).toEqual([402, undefined])
  })

  test('an unknown price is not free', async () => {
    await setBudgets(client, cap('day', 'cost', '5'))
    const { status, problem } = await refused(client, { text: 'what is it', model: 'unpriced' })
    expect([status, problem.kind]).toEqual([402, 'budget'])
    expect(problem.message).toContain('Set its price in Settings')
    await setBudgets(client, cap('day', 'tokens', '100000'))
    const { usage: used } = await client.finish({ text: 'what is it', model: 'unpriced' })
    expect(used?.cost).toBeNull()
  })

  test('a cap in the person’s own currency', async () => {
    await client.ask(settings, 'PATCH', '/api/settings', {
      currency: 'INR',
      exchangeRate: '80',
      timeZone: 'Asia/Kolkata',
    })
    await setBudgets(client, cap('day', 'cost', '0.01', 'INR'))
    const draft = { text: 'Hello there', settings: { maxTokens: 100 } }
    expect((await estimated(client, draft)).budget).toMatchObject({
      left: '0.01',
      currency: 'INR',
      fits: false,
      lowerMaxTokens: 58,
    })
    const refusal = await client.refusal('POST', '/api/budgets', { json: cap('day', 'cost', '1', 'EUR') })
    expect([refusal.status, refusal.problem.field]).toEqual([400, 'currency'])
  })

  test.each([
    ['a scope that is none', { ...cap('day', 'cost', '1'), scope: 'year' }, 'scope'],
    ['a measure that is none', { ...cap('day', 'cost', '1'), measure: 'words' }, 'measure'],
    ['no amount', { ...cap('day', 'cost', '-1') }, 'amount'],
    ['half a token', cap('day', 'tokens', '0.5'), 'amount'],
    ['no currency', { scope: 'day', measure: 'cost', amount: '1' }, 'currency'],
  ])('%s is refused', async (_what, wrong, field) => {
    const { status, problem } = await client.refusal('POST', '/api/budgets', { json: wrong })
    expect([status, problem.field]).toEqual([400, field])
  })

  test('the test of a provider is booked', async () => {
    await setBudgets(client, cap('day', 'tokens', '1000'))
    const form = { name: 'Mine', baseUrl: house.upstream.baseUrl, apiKey: 'my-own-key', model }
    expect((await client.call('POST', '/api/providers/test', { json: form })).status).toBe(200)
    expect((await budgetsOf(client))[0]).toMatchObject({ spent: '8' })
  })

  test('the oldest turns are left out of a prompt that is too long for the model', async () => {
    await setPrice(house, client, { contextWindow: 75 })
    const long = WORD.repeat(15)
    let conversationId: string | undefined
    for (const text of ['one', 'two', 'three']) {
      const settings_ = { system: 'Be brief.', maxTokens: 10 }
      ;({ conversationId } = await client.finish({
        text: `${text}${long}`,
        model,
        conversationId,
        settings: settings_,
      }))
    }
    const sent = (await house.asked(`three${long}`)).body.messages ?? []
    expect(sent.map(({ role, content }) => [role, content.slice(0, 3)])).toEqual([
      ['system', 'Be '],
      ['user', 'two'],
      ['assistant', 'Hel'],
      ['user', 'thr'],
    ])
    const draft = { conversationId, text: `four${long}`, settings: { system: 'Be brief.', maxTokens: 10 } }
    expect((await estimated(client, draft)).context).toMatchObject({ window: 75, trimmedTurns: 2 })
  })

  test('of two tabs, neither overwrites what the other set, and both budgets that they add are kept', async () => {
    const [seen] = await setBudgets(client, cap('day', 'cost', '1'))
    if (!seen) throw new Error('There is no budget')
    const path = `/api/budgets/${seen.id}`
    const change = (amount: string, version: number) => ({ measure: 'cost', amount, currency: 'USD', version })
    await Promise.all([
      client.ask(budgetList, 'POST', '/api/budgets', cap('month', 'cost', '30')),
      client.ask(budgetList, 'POST', '/api/budgets', cap('day', 'tokens', '900')),
      client.ask(budgetList, 'PATCH', path, change('2', seen.version)),
    ])
    const stale = await client.refusal('PATCH', path, { json: change('5', seen.version) })
    expect([stale.status, stale.problem.kind, stale.problem.message]).toEqual([
      409,
      'bad_request',
      'This budget was changed in another tab or on another device. Review it, then save again.',
    ])
    expect((await client.refusal('DELETE', `${path}?version=${seen.version}`)).status).toBe(409)
    expect(
      (await budgetsOf(client)).map(({ scope, measure, amount }) => `${scope} ${measure} ${amount}`).sort(),
    ).toEqual(['day cost 2', 'day tokens 900', 'month cost 30'])
    const { budgets } = await client.ask(budgetList, 'PATCH', path, change('5', seen.version + 1))
    expect(budgets.find(({ id }) => id === seen.id)).toMatchObject({ amount: '5', version: seen.version + 2 })
  })

  test('of changes that come at the same time, one wins and the others are told', async () => {
    const [seen] = await setBudgets(client, cap('month', 'cost', '1'))
    const answers = await Promise.all(
      ['2', '3', '4', '5', '6'].map((amount) =>
        client.call('PATCH', `/api/budgets/${seen?.id}`, {
          json: { measure: 'cost', amount, currency: 'USD', version: seen?.version },
        }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
    const added = await Promise.all(
      ['7', '8', '9'].map((amount) =>
        client.call('POST', '/api/budgets', { json: cap('conversation', 'cost', amount) }),
      ),
    )
    expect(added.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    expect(await budgetsOf(client)).toHaveLength(2)
  })

  test.each([
    ['without a version', { version: undefined }, 400, 'version'],
    ['with version 0', { version: 0 }, 400, 'version'],
    ['to another measure', { measure: 'tokens', currency: null }, 400, 'measure'],
    ['to another scope', { scope: 'month' }, 400, 'scope'],
  ])('a change %s is refused', async (_what, wrong, expected, field) => {
    const [seen] = await setBudgets(client, cap('day', 'cost', '1'))
    const json = { measure: 'cost', amount: '9', currency: 'USD', version: seen?.version, ...wrong }
    const { status, problem } = await client.refusal('PATCH', `/api/budgets/${seen?.id}`, { json })
    expect([status, problem.field]).toEqual([expected, field])
  })

  test('nobody sees or changes another’s budgets', async () => {
    const [mine] = await setBudgets(client, cap('day', 'cost', '1'))
    const stranger = house.client()
    expect(await budgetsOf(stranger)).toEqual([])
    const json = { measure: 'cost', amount: '9', currency: 'USD', version: mine?.version }
    expect((await stranger.refusal('PATCH', `/api/budgets/${mine?.id}`, { json })).status).toBe(404)
    expect((await stranger.refusal('DELETE', `/api/budgets/${mine?.id}?version=${mine?.version}`)).status).toBe(404)
    await setBudgets(stranger, cap('day', 'cost', '2'))
    expect((await budgetsOf(client)).map(({ amount }) => amount)).toEqual(['1'])
  })
})
