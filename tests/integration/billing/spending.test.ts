import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { conversationPage } from '@/lib/protocol/api'
import { amountOf, picosOf } from '@/lib/protocol/billing/money'
import { usage as usageData } from '@/lib/protocol/events'
import { machineDelay } from '../../delay'
import { type RillServer, startRill } from '../../rill-server'
import { delta, done, finish, usage } from '../../upstream/events'
import { now, type Step } from '../../upstream/scripted'
import { type Client, type Turn, turnOf } from '../client'
import { engines, type House, openHouse } from '../house'
import { budgetsOf, cap, estimated, model, sameBrowser, setBudgets, setPrice, WORD } from './budgets'

describe.each(engines)('spending, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1' })
  })
  beforeEach(async () => {
    client = house.client()
    await setPrice(house, client)
  })
  afterAll(() => house?.close())

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
    expect(await budgetsOf(client)).toMatchObject([
      { reserved: '51' },
      { reserved: amountOf((10n + 41n * 2n) * 1_000_000n) },
    ])
    house.upstream.open('the same turn has started')
    await expect.poll(() => budgetsOf(client)).toMatchObject([{ reserved: '0' }, { reserved: '0' }])
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
        const statuses = await Promise.all(
          Array.from({ length: 200 }, (_, index) =>
            started(clients[index % clients.length] ?? client, { text, model, settings: { maxTokens: 41 } }),
          ),
        )
        const counts = Object.fromEntries(
          [...new Set(statuses)].map((status) => [status, statuses.filter((each) => each === status).length]),
        )
        expect(counts).toEqual({ 202: 50, 402: 150 })
        expect((await budgetsOf(client))[0]).toMatchObject({ spent: '0', reserved: words(worst * 50n), near: true })
        house.upstream.open(`all have started, by ${measure}`)
        await expect
          .poll(() => budgetsOf(client), { timeout: 20_000 })
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
    const delay = machineDelay()
    const reader = await client.chat({ text: 'on and on', model, settings: { maxTokens: 40 } })
    await reader.rest()
    expect(reader.seen.slice(-2)).toMatchObject([
      { type: 'error', data: { kind: 'budget', message: expect.stringContaining('Budget reached: 50 tokens today.') } },
      { type: 'status', data: { status: 'interrupted' } },
    ])
    const closed = await (await house.asked('on and on')).closed
    const sent = closed.bytesSent / Buffer.byteLength(delta(WORD))
    // 41 pass the cap. What is on its way then, or comes within the 50 ms of a flush at the most, is kept as well.
    expect(sent).toBeLessThanOrEqual(41 + 6 + (2 * delay.stop()) / 10)
    expect(reader.text.startsWith(WORD.repeat(41))).toBe(true)
    const used = usageData.parse(reader.seen.at(-3)?.data)
    expect(used).toMatchObject({
      source: 'estimated',
      promptTokens: 10,
      completionTokens: reader.text.length / WORD.length,
    })
    expect((await budgetsOf(client))[0]).toMatchObject({ spent: `${10 + used.completionTokens}`, reserved: '0' })
    expect(now() - closed.at).toBeLessThan(10_000)
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
    await setPrice(house, client, { input: '0.123457', output: '7.654321' })
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
    expect(await budgetsOf(client)).toMatchObject([
      { scope: 'day', spent: amountOf(cost), reserved: '0' },
      { scope: 'month', spent: `${tokens}`, reserved: '0' },
    ])
  })
})

test('killed among several: the others book it once, and nothing stays set aside', { timeout: 120_000 }, async () => {
  const house = await openHouse('postgres', { RILL_OPEN: '1', RILL_SECRET: 'one for all instances' })
  const others = await Promise.all([1, 2].map(() => startRill({ env: house.environment })))
  try {
    const client = house.client()
    await setPrice(house, client, { input: '0.123457', output: '7.654321' })
    await setBudgets(client, cap('day', 'cost', '100'), cap('month', 'tokens', '1000000'))
    const steps: Step[] = [{ delta: WORD.repeat(20) }, { until: 'never' }]
    house.upstream.scriptFor('goes on', steps)
    const turn = { model, settings: { maxTokens: 1000 } }
    const started = await Promise.all(
      Array.from({ length: 8 }, (_, index) => client.start({ ...turn, text: `goes on ${index}` })),
    )
    const readers = await Promise.all(started.map(({ generationId }) => client.follow(generationId)))
    for (const reader of readers) await reader.untilText(WORD.repeat(20))
    await house.rill.kill('SIGKILL')
    const [survivor] = others.map((rill) => sameBrowser(rill, client))
    if (!survivor) throw new Error('There is no other instance.')
    const replies = async () =>
      (await Promise.all(started.map(({ conversationId }) => survivor.conversation(conversationId)))).map(
        ({ messages }) => messages.at(-1)?.generation,
      )
    await expect
      .poll(async () => (await replies()).map((reply) => reply?.status), { timeout: 60_000, interval: 500 })
      .toEqual(started.map(() => 'interrupted'))
    const used = (await replies()).flatMap((reply) => reply?.usage ?? [])
    expect(used).toHaveLength(8)
    const cost = used.reduce((sum, each) => sum + picosOf(each.cost?.amount ?? '0'), 0n)
    const tokens = used.reduce((sum, each) => sum + each.promptTokens + each.completionTokens, 0)
    const books = [
      { spent: amountOf(cost), reserved: '0' },
      { spent: `${tokens}`, reserved: '0' },
    ]
    expect(await budgetsOf(survivor)).toMatchObject(books)
  } finally {
    await Promise.all(others.map((rill) => rill.stop()))
    await house.close()
  }
})

/** How a turn is answered in the end. As the page does, it is sent again where a busy machine had no time for it. */
async function started(client: Client, turn: Turn): Promise<number> {
  const json = turnOf(turn)
  for (;;) {
    const { status } = await client.call('POST', '/api/chat', { json, headers: { prefer: 'respond-async' } })
    if (status !== 503) return status
  }
}
