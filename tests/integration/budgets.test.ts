import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { conversationPage, settings } from '@/lib/protocol/api'
import { type BudgetState, budgetList, estimate, fittingModels } from '@/lib/protocol/budgets'
import { startData, usage as usageData } from '@/lib/protocol/events'
import { amountOf, picosOf } from '@/lib/protocol/money'
import { priceList } from '@/lib/protocol/prices'
import { startRedis } from '../redis'
import { type RillServer, startRill } from '../rill-server'
import { choice, chunk, delta, done, finish, usage, usageFields } from '../upstream/events'
import { now, type Step } from '../upstream/scripted'
import { Client, turnOf } from './client'
import { engines, type House, openHouse } from './house'

const model = 'gpt-4o'
/** Tokens of a word that is one, and of what frames the prompt. */
const WORD = ' the'

describe.each(engines)('budgets, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine)
  })
  beforeEach(async () => {
    client = house.client()
    await price(client)
  })
  afterAll(() => house?.close())

  /** One dollar a token, near enough: 1 a million tokens in, 2 out. */
  const price = (of: Client, more: object = {}) =>
    of.ask(priceList, 'PUT', '/api/prices', {
      prices: [{ provider: new URL(house.upstream.baseUrl).host, model, input: '1', output: '2', ...more }],
    })
  const cap = (scope: string, measure: 'cost' | 'tokens', amount: string, currency = 'USD') => ({
    scope,
    measure,
    amount,
    ...(measure === 'cost' ? { currency } : {}),
  })
  const setBudgets = async (of: Client, ...budgets: object[]): Promise<BudgetState[]> =>
    (await of.ask(budgetList, 'PUT', '/api/budgets', { budgets })).budgets
  const budgets = async (of: Client, query = '') => (await of.ask(budgetList, 'GET', `/api/budgets${query}`)).budgets
  const estimated = (of: Client, draft: object) => of.ask(estimate, 'POST', '/api/estimate', { model, ...draft })
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
    const states = await budgets(client, `?conversationId=${answer.conversationId}`)
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
    expect(problem.message).toContain('Your budget is 40 tokens this month, and 40 tokens of it is left.')
    expect(house.timesAsked('too long')).toBe(0)
    expect((await client.call('GET', '/api/conversations')).text).not.toContain('too long')
    const { status: done } = await client.finish({ text: 'Hello there', model, settings: { maxTokens: 31 } })
    expect(done).toBe('completed')
  })

  test('one turn that is sent many times at once is set aside once', async () => {
    house.upstream.scriptFor('the same turn', [
      { delta: 'Go' },
      { until: 'the same turn has started' },
      { write: finish('stop') + done },
    ])
    await setBudgets(client, cap('month', 'tokens', '100000'), cap('day', 'cost', '1'))
    const json = turnOf({ text: 'the same turn', model, settings: { maxTokens: 41 } })
    const headers = { prefer: 'respond-async' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.call('POST', '/api/chat', { json, headers })),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    // 3 + 1 for the message, 3 for its words, 3 for the reply, 41 for the answer.
    expect(await budgets(client)).toMatchObject([
      { reserved: '51' },
      { reserved: amountOf((10n + 41n * 2n) * 1_000_000n) },
    ])
    house.upstream.open('the same turn has started')
    await expect.poll(() => budgets(client)).toMatchObject([{ reserved: '0' }, { reserved: '0' }])
  })

  test.each([
    ['tokens', '40', '40 tokens of it is left. An answer of at most 31 tokens would fit. Set that limit, raise'],
    ['cost', '0.00005', 'An answer of at most 20 tokens would fit. Set that limit, raise'],
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
    expect(used.problem.message).toContain('nothing of it is left')
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
    expect(problem.message).toContain('Enter its price in the settings')
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
    const refusal = await client.refusal('PUT', '/api/budgets', { json: { budgets: [cap('day', 'cost', '1', 'EUR')] } })
    expect([refusal.status, refusal.problem.field]).toEqual([400, 'budgets.0.currency'])
  })

  test.each([
    ['a scope that is none', { ...cap('day', 'cost', '1'), scope: 'year' }, 'budgets.0.scope'],
    ['a measure that is none', { ...cap('day', 'cost', '1'), measure: 'words' }, 'budgets.0.measure'],
    ['no amount', { ...cap('day', 'cost', '-1') }, 'budgets.0.amount'],
    ['half a token', cap('day', 'tokens', '0.5'), 'budgets.0.amount'],
    ['no currency', { scope: 'day', measure: 'cost', amount: '1' }, 'budgets.0.currency'],
  ])('%s is refused', async (_what, wrong, field) => {
    const { status, problem } = await client.refusal('PUT', '/api/budgets', { json: { budgets: [wrong] } })
    expect([status, problem.field]).toEqual([400, field])
  })

  test.each(['tokens', 'cost'] as const)(
    '200 starts at once at a cap of %s that fits 50: 50 run',
    {
      timeout: 120_000,
    },
    async (measure) => {
      const text = `all at once, by ${measure}`
      house.upstream.scriptFor(text, [
        { delta: 'Go' },
        { until: `all have started, by ${measure}` },
        { write: finish('stop') + usage({ prompt: 9, completion: 10 }) + done },
      ])
      const one = await estimated(client, { text, settings: { maxTokens: 41 } })
      const [worst, used] =
        measure === 'tokens'
          ? [BigInt(one.promptTokens + 41), 19n]
          : [picosOf(one.atMost?.amount ?? '0'), (9n + 10n * 2n) * 1_000_000n]
      const words = (amount: bigint) => (measure === 'tokens' ? `${amount}` : amountOf(amount))
      // The day is asked before the month and has room: what the month refuses must not be left set aside there.
      const day = measure === 'tokens' ? cap('day', 'cost', '1') : cap('day', 'tokens', '1000000')
      await setBudgets(client, cap('month', measure, words(worst * 50n)), day)
      const others: RillServer[] = []
      if (engine === 'postgres') {
        // A second instance on the same database.
        others.push(await startRill({ env: { ...house.environment, RILL_SECRET: '' }, dataDir: house.dataDir }))
      }
      const clients = [client, ...others.map((rill) => sameBrowser(rill, client))]
      try {
        const answers = await Promise.all(
          Array.from({ length: 200 }, (_, index) =>
            (clients[index % clients.length] ?? client).call('POST', '/api/chat', {
              json: turnOf({ text, model, settings: { maxTokens: 41 } }),
              headers: { prefer: 'respond-async' },
            }),
          ),
        )
        const statuses = answers.map(({ status }) => status)
        expect([
          statuses.filter((each) => each === 202).length,
          statuses.filter((each) => each === 402).length,
        ]).toEqual([50, 150])
        expect((await budgets(client))[0]).toMatchObject({ spent: '0', reserved: words(worst * 50n), near: true })
        house.upstream.open(`all have started, by ${measure}`)
        await expect
          .poll(() => budgets(client), { timeout: 20_000 })
          .toMatchObject([{ spent: words(used * 50n), reserved: '0' }, { reserved: '0' }])
        expect(house.timesAsked(text)).toBe(50)
      } finally {
        await Promise.all(others.map((rill) => rill.stop()))
      }
    },
  )

  test('at the cap, the upstream is stopped within one flush, and the text is kept', async () => {
    // The upstream does not keep to the limit that it was given.
    const steps: Step[] = Array.from({ length: 200 }, () => [{ delta: WORD }, { wait: 10 }] satisfies Step[]).flat()
    house.upstream.scriptFor('on and on', steps)
    await setBudgets(client, cap('day', 'tokens', '50'))
    const reader = await client.chat({ text: 'on and on', model, settings: { maxTokens: 40 } })
    await reader.rest()
    expect(reader.seen.slice(-2)).toMatchObject([
      { type: 'error', data: { kind: 'budget', message: expect.stringContaining('Budget reached: 50 tokens today.') } },
      { type: 'status', data: { status: 'interrupted' } },
    ])
    const closed = await (await house.asked('on and on')).closed
    const sent = closed.bytesSent / Buffer.byteLength(delta(WORD))
    // 41 pass the cap. What is on its way then, or comes within the 50 ms of a flush at the most, is kept as well.
    expect(sent).toBeLessThanOrEqual(41 + 6)
    expect(reader.text.startsWith(WORD.repeat(41))).toBe(true)
    const used = usageData.parse(reader.seen.at(-3)?.data)
    expect(used).toMatchObject({
      source: 'estimated',
      promptTokens: 10,
      completionTokens: reader.text.length / WORD.length,
    })
    expect((await budgets(client))[0]).toMatchObject({ spent: `${10 + used.completionTokens}`, reserved: '0' })
    expect(now() - closed.at).toBeLessThan(10_000)
  })

  /** The usage that a streamed answer ends with. */
  const streamedUsage = async (text: string) => {
    const reader = await client.chat({ text, model })
    await reader.rest()
    const [used, status] = reader.seen.slice(-2)
    expect(status?.data).toMatchObject({ status: 'completed' })
    return usageData.parse(used?.data)
  }

  const variants: [string, Step[]][] = [
    [
      'in a chunk of its own',
      [{ write: delta('Ten.') + finish('stop') + usage({ prompt: 20, completion: 10 }) + done }],
    ],
    [
      'in every chunk, as the sum so far',
      [4, 8, 10].map((completion, index) => ({
        write:
          chunk({
            choices: [{ index: 0, delta: { content: 'T' }, finish_reason: index === 2 ? 'stop' : null }],
            usage: usageFields({ prompt: 20, completion }),
          }) + (index === 2 ? done : ''),
      })),
    ],
    [
      'in the last choice',
      [
        {
          write:
            delta('Ten.') +
            choice({ finish_reason: 'stop', usage: usageFields({ prompt: 20, completion: 10 }) }) +
            done,
        },
      ],
    ],
  ]
  test.each(variants)('usage %s is right', async (what, steps) => {
    house.upstream.scriptFor(`usage ${what}`, steps)
    const used = await streamedUsage(`usage ${what}`)
    expect(used).toMatchObject({
      promptTokens: 20,
      completionTokens: 10,
      source: 'reported',
      cost: { amount: '0.00004' },
    })
  })

  test('usage never, from a server that refuses stream_options, is estimated', async () => {
    house.upstream.scriptFor('never any usage', ({ body }) =>
      body.stream_options
        ? [
            { status: 400, headers: { 'content-type': 'application/json' } },
            { write: JSON.stringify({ error: { message: 'Unknown field stream_options' } }) },
            { end: true },
          ]
        : [{ write: delta(WORD.repeat(7)) + finish('stop') + done }],
    )
    const used = await streamedUsage('never any usage')
    expect(used).toMatchObject({
      promptTokens: 10,
      completionTokens: 7,
      source: 'estimated',
      accuracy: 'exact',
      cost: { amount: '0.000024' },
    })
    expect(house.timesAsked('never any usage')).toBe(2)
  })

  test('a stopped answer keeps the estimate', async () => {
    house.upstream.scriptFor('stop early', [{ delta: WORD.repeat(5) }, { until: 'never' }])
    await setBudgets(client, cap('day', 'cost', '1'))
    const reader = await client.chat({ text: 'stop early', model })
    await reader.untilText(WORD)
    const { generationId } = startData.parse(reader.seen[0]?.data)
    await client.call('POST', `/api/generations/${generationId}/stop`)
    await reader.rest()
    expect(reader.seen.at(-2)).toMatchObject({
      type: 'usage',
      data: { completionTokens: 5, source: 'estimated', cost: { amount: '0.000019' } },
    })
    expect((await budgets(client))[0]).toMatchObject({ spent: '0.000019', reserved: '0' })
  })

  test('the test of a provider is booked', async () => {
    await setBudgets(client, cap('day', 'tokens', '1000'))
    const form = { name: 'Mine', baseUrl: house.upstream.baseUrl, apiKey: 'my-own-key', model }
    expect((await client.call('POST', '/api/providers/test', { json: form })).status).toBe(200)
    expect((await budgets(client))[0]).toMatchObject({ spent: '8' })
  })

  test('the oldest turns are left out of a prompt that is too long for the model', async () => {
    await price(client, { contextWindow: 75 })
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

  test('killed in the middle: the books balance to the last pico-dollar, and nothing stays set aside', {
    timeout: 120_000,
  }, async () => {
    const steps: Step[] = Array.from({ length: 400 }, (): Step[] => [{ delta: WORD }, { wait: 5 }]).flat()
    house.upstream.scriptFor('goes on', steps)
    house.upstream.scriptFor('ends soon', [
      { delta: 'Yes.' },
      { write: finish('stop') + usage({ prompt: 321, completion: 123 }) + done },
    ])
    await price(client, { input: '0.123457', output: '7.654321' })
    await setBudgets(client, cap('day', 'cost', '100'), cap('month', 'tokens', '1000000'))
    const ids: string[] = []
    const start = async (text: string) => {
      const turn = { text, model, settings: { maxTokens: 1000 } }
      // The last ones may be cut off by the kill: what was begun of them is found in the list.
      const started = await client.start(turn).catch(() => null)
      if (started) ids.push(started.conversationId)
    }
    for (const round of [1, 2, 3]) {
      await Promise.all(['goes on', 'ends soon', 'goes on', 'ends soon'].map((text) => start(`${text} ${round}`)))
      const late = ['goes on', 'ends soon'].map((text) => start(`${text}, late ${round}`))
      await wait(round * 40)
      await house.rill.kill('SIGKILL')
      await Promise.all(late)
      await house.start()
    }
    const list = async () => (await client.ask(conversationPage, 'GET', '/api/conversations?limit=100')).conversations
    await expect
      .poll(async () => (await list()).flatMap(({ running }) => running), { timeout: 40_000, interval: 500 })
      .toEqual([])
    const all = await Promise.all((await list()).map(({ id }) => client.conversation(id)))
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(ids))
    const used = all.flatMap(({ messages }) => messages.flatMap(({ generation }) => generation?.usage ?? []))
    const cost = used.reduce((sum, each) => sum + picosOf(each.cost?.amount ?? '0'), 0n)
    const tokens = used.reduce((sum, each) => sum + each.promptTokens + each.completionTokens, 0)
    expect(used.length).toBeGreaterThanOrEqual(12)
    expect(await budgets(client)).toMatchObject([
      { scope: 'day', spent: amountOf(cost), reserved: '0' },
      { scope: 'month', spent: `${tokens}`, reserved: '0' },
    ])
  })

  test('nobody sees or changes another’s budgets', async () => {
    await setBudgets(client, cap('day', 'cost', '1'))
    const stranger = house.client()
    expect(await budgets(stranger)).toEqual([])
    await setBudgets(stranger, cap('day', 'cost', '2'))
    expect((await budgets(client)).map(({ amount }) => amount)).toEqual(['1'])
  })
})

test('starts are limited by the minute and at once, with words and a time', async () => {
  const house = await openHouse('sqlite', { RILL_RATE_PER_MINUTE: '5', RILL_STREAMS_PER_PERSON: '2' })
  try {
    house.upstream.scriptFor('long', [{ delta: 'On' }, { until: 'never' }])
    const client = house.client()
    const [first] = [await client.start({ text: 'long' }), await client.start({ text: 'long' })]
    const third = await client.call('POST', '/api/chat', { json: turnOf({ text: 'one more' }) })
    expect([third.status, third.headers['retry-after']]).toEqual([429, '5'])
    expect(third.text).toContain('2 answers are being written for you already')
    await client.call('POST', `/api/generations/${first.generationId}/stop`)
    expect((await client.finish({ text: 'one more' })).status).toBe('completed')
    await client.finish({ text: 'and one' }).catch(() => undefined)
    const sixth = await client.call('POST', '/api/chat', { json: turnOf({ text: 'too many' }) })
    expect(sixth.status).toBe(429)
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0)
    expect(sixth.text).toContain('More than 5 answers were started within a minute.')
    expect(house.timesAsked('too many')).toBe(0)
    // Others are not held back by it, until their address is.
    const other = house.client()
    for (let index = 0; index < 4; index++) await other.finish({ text: `other ${index}` })
    expect((await house.client().call('POST', '/api/chat', { json: turnOf({ text: 'too' }) })).status).toBe(200)
    expect((await house.client().call('POST', '/api/chat', { json: turnOf({ text: 'too' }) })).status).toBe(429)
  } finally {
    await house.close()
  }
})

test('starts are counted for all instances together on Redis, and by each for itself while it is away', async () => {
  const redis = await startRedis()
  const limits = { RILL_RATE_PER_MINUTE: '5', REDIS_URL: redis.url, RILL_SECRET: 'one for both instances' }
  const house = await openHouse('postgres', limits)
  const other = await startRill({ env: house.environment })
  try {
    const here = house.client()
    await here.finish({ text: 'the first' })
    const there = sameBrowser(other, here)
    const statuses = async (clients: Client[]) => {
      const all: number[] = []
      for (const each of clients)
        all.push((await each.call('POST', '/api/chat', { json: turnOf({ text: 'on' }) })).status)
      return all
    }
    expect(await statuses([there, here, there, here, there, here])).toEqual([200, 200, 200, 200, 429, 429])
    const limited = await there.call('POST', '/api/chat', { json: turnOf({ text: 'too many' }) })
    const seconds = Number(limited.headers['retry-after'])
    expect([seconds > 0, seconds <= 60, limited.text.includes('within a minute')]).toEqual([true, true, true])
    await redis.stop()
    // Neither of them knows of a start yet.
    expect(await statuses([here, there])).toEqual([200, 200])
    expect(await statuses([here, here, here, here, here])).toEqual([200, 200, 200, 200, 429])
  } finally {
    await other.stop()
    await house.close()
    await redis.stop()
  }
})

function sameBrowser(rill: RillServer, client: Client): Client {
  const other = new Client(() => rill.url)
  other.cookie = client.cookie
  return other
}
