import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startData, type Usage, usage as usageData } from '@/lib/protocol/events'
import { countPrompt } from '@/lib/tokens/count-prompt'
import { countTokens } from '@/lib/tokens/token-counter'
import { machineDelay } from '../../delay'
import { delta, done, finish, usage } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import type { Client } from '../client'
import { engines, type House, openHouse } from '../house'
import type { EventReader } from '../replies/event-reader'
import { budgetsOf, cap, setBudgets } from './budgets'

/** Two tokens by a count of characters. */
const WORD = ' the tea'
/** Rill has no tokenizer for it. */
const model = 'claude-sonnet-4-5'

const METRICS_TOKEN = 'the token of the tests'

describe.each(engines)('what an answer may come to under a budget, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_OPEN: '1', RILL_METRICS_TOKEN: METRICS_TOKEN, RILL_RETRY_ATTEMPTS: '2' })
  })
  beforeEach(() => {
    client = house.client()
  })
  afterAll(() => house?.close())

  const capTokens = (...caps: [scope: string, tokens: number][]) =>
    setBudgets(client, ...caps.map(([scope, tokens]) => cap(scope, 'tokens', `${tokens}`)))
  const budget = async () => (await budgetsOf(client))[0]
  const endOf = async (reader: EventReader) => {
    await reader.rest()
    return reader.seen.slice(-2)
  }
  /** How often what had come was saved. */
  const checkpoints = async () => {
    const { text } = await client.call('GET', '/api/metrics', { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })
    return Number(/^rill_checkpoint_lag_seconds_count (\d+)$/m.exec(text)?.[1] ?? 0)
  }
  const usageOf = (reader: EventReader): Usage =>
    usageData.parse(reader.seen.findLast(({ type }) => type === 'usage')?.data)

  test.each([
    ['has no tokenizer of its own', model, WORD.repeat(300)],
    ['has a related one', 'llama3.2:3b', 'मुझे चाय और किताबें पसंद हैं। '.repeat(20)],
  ])('one that is within its limit, of a model that %s, is not cut', async (_, name, text) => {
    const prompt = `within its limit ${name}`
    const pieces = text.match(/.{1,40}/gsu) ?? []
    house.upstream.scriptFor(prompt, [
      ...pieces.flatMap((piece): Step[] => [{ delta: piece }, { wait: 5 }]),
      { write: finish('stop') + usage({ prompt: 12, completion: 200 }) + done },
    ])
    await capTokens(['day', 100_000], ['conversation', 50_000])
    const reader = await client.chat({ text: prompt, model: name, settings: { maxTokens: 200 } })
    expect(await endOf(reader)).toMatchObject([
      { type: 'usage', data: { completionTokens: 200, source: 'reported' } },
      { type: 'status', data: { status: 'completed' } },
    ])
    expect(reader.text).toBe(text)
    expect(await budget()).toMatchObject({ spent: '212', reserved: '0' })
  })

  test('more is set aside as it grows, and given back at its end, or after a crash', async () => {
    house.upstream.scriptFor('it grows', [
      { delta: WORD.repeat(100) },
      { until: `it may end ${engine}` },
      { end: true },
    ])
    await capTokens(['day', 100_000])
    const reader = await client.chat({ text: 'it grows', model, settings: { maxTokens: 20 } })
    // 20 tokens and the prompt were set aside at first; 200 have come, and there is room for some more.
    await expect.poll(async () => Number((await budget())?.reserved)).toBeGreaterThan(200)
    house.upstream.open(`it may end ${engine}`)
    await reader.rest()
    const first = usageOf(reader)
    expect(await budget()).toMatchObject({ spent: `${first.promptTokens + 200}`, reserved: '0' })

    house.upstream.scriptFor('it is killed', [{ delta: WORD.repeat(100) }, { until: 'never' }])
    const { conversationId } = await client.start({ text: 'it is killed', model, settings: { maxTokens: 20 } })
    await expect.poll(async () => Number((await budget())?.reserved)).toBeGreaterThan(200)
    await house.rill.kill('SIGKILL')
    await house.start()
    const replied = async () => (await client.conversation(conversationId)).messages.at(-1)?.generation
    await expect.poll(async () => (await replied())?.status, { timeout: 40_000, interval: 500 }).toBe('interrupted')
    const second = (await replied())?.usage
    const tokens = first.promptTokens + 200 + (second?.promptTokens ?? 0) + (second?.completionTokens ?? 0)
    expect(await budget()).toMatchObject({ spent: `${tokens}`, reserved: '0' })
  }, 60_000)

  test.each(['day', 'generation'])('it is cut where a cap on a %s has no more, within one flush', async (scope) => {
    house.upstream.scriptFor(`cut by ${scope}`, [
      ...Array.from({ length: 400 }, (): Step[] => [{ delta: WORD }, { wait: 10 }]).flat(),
    ])
    const most = 150
    await capTokens([scope, most])
    const delay = machineDelay()
    const reader = await client.chat({ text: `cut by ${scope}`, model, settings: { maxTokens: 20 } })
    expect(await endOf(reader)).toMatchObject([
      { type: 'error', data: { kind: 'budget', message: expect.stringContaining('Budget reached: 150 tokens') } },
      { type: 'status', data: { status: 'interrupted' } },
    ])
    const { promptTokens, completionTokens } = usageOf(reader)
    expect(completionTokens * 4).toBe(reader.text.length)
    expect(promptTokens + completionTokens).toBeGreaterThan(most)
    // At two tokens in 10 ms: a flush is 50 ms at the most, and 250 on a machine that cannot keep up, as a busy one.
    const { bytesSent } = await (await house.asked(`cut by ${scope}`)).closed
    const delayed = (2 * delay.stop()) / 5
    expect(promptTokens + (bytesSent / Buffer.byteLength(delta(WORD))) * 2).toBeLessThanOrEqual(most + 50 + delayed)
    if (scope === 'day')
      expect(await budget()).toMatchObject({ spent: `${promptTokens + completionTokens}`, reserved: '0' })
  })

  test('nothing is cut once the upstream has written all', async () => {
    const text = WORD.repeat(500)
    house.upstream.scriptFor('all at once', [
      { write: delta(text) + finish('stop') },
      // Its last words are read, and no budget has what they came to.
      { wait: 300 },
      { write: usage({ prompt: 9, completion: 60 }) + done },
    ])
    await capTokens(['day', 100])
    const reader = await client.chat({ text: 'all at once', model, settings: { maxTokens: 60 } })
    expect((await endOf(reader)).at(-1)).toMatchObject({ data: { status: 'completed' } })
    expect(reader.text).toBe(text)
    expect(await budget()).toMatchObject({ spent: '69', reserved: '0' })
  })

  test('a cap on each conversation refuses what does not fit in it, and no other conversation', async () => {
    await capTokens(['conversation', 60])
    const { conversationId } = await client.finish({ text: 'first', model, settings: { maxTokens: 40 } })
    const json = { turnId: crypto.randomUUID(), text: 'second', model, settings: { maxTokens: 45 } }
    const { status, problem } = await client.refusal('POST', '/api/chat', { json: { ...json, conversationId } })
    expect([status, problem.kind]).toEqual([402, 'budget'])
    expect(problem.message).toContain('This conversation’s budget is 60 tokens')
    expect((await client.finish(json)).status).toBe('completed')
  })

  test('an answer that is gone on with is set aside and counted as it is sent, with what it repeats', async () => {
    const story = 'Once there was a small stream that nobody had given a name, for it was dry in summer.'
    const instruction = 'broke off'
    house.upstream.scriptFor(`gone on with ${engine}`, [{ delta: story }, { cut: true }])
    house.upstream.scriptFor(instruction, [
      { delta: `${story.slice(-60)} And then` },
      { until: `it breaks off ${engine}` },
      { cut: true },
    ])
    const of = { model: 'gpt-4o', settings: { maxTokens: 100 } }
    const first = await client.finish({ text: `gone on with ${engine}`, ...of })
    await capTokens(['day', 100_000])
    const spent = Number((await budget())?.spent)
    const reader = await client.again('continue', first.generationId)
    await reader.untilText(' And then')
    const sent = await countPrompt('gpt-4o', house.upstream.requests.at(-1)?.body.messages ?? [])
    expect(sent.tokens).toBeGreaterThan(60 + 20)
    expect((await budget())?.reserved).toBe(`${sent.tokens + 100}`)
    house.upstream.open(`it breaks off ${engine}`)
    await reader.rest()
    const { tokens } = await countTokens('gpt-4o', `${story.slice(-60)} And then`)
    expect(usageOf(reader)).toMatchObject({ promptTokens: sent.tokens, completionTokens: tokens, source: 'estimated' })
    expect(await budget()).toMatchObject({ spent: `${spent + sent.tokens + tokens}`, reserved: '0' })
    const reply = (await client.conversation(first.conversationId)).messages.at(-1)
    expect(reply?.generation).toMatchObject({ earlier: [first.usage], usage: usageOf(reader) })
  })

  test('a crash while it waits to ask again costs nothing', { timeout: 60_000 }, async () => {
    const refusal: Step[] = [{ status: 503, headers: { 'retry-after': '30' } }, { end: true }]
    house.upstream.scriptFor('it waits', [{ until: `it is refused ${engine}` }, ...refusal])
    await capTokens(['day', 100_000])
    const before = await checkpoints()
    const reader = await client.chat({ text: 'it waits', model })
    await expect.poll(checkpoints).toBe(before + 1)
    house.upstream.open(`it is refused ${engine}`)
    await reader.until(() => reader.seen.at(-1)?.type === 'retry')
    await expect.poll(checkpoints).toBe(before + 2)
    const { conversationId } = startData.parse(reader.seen[0]?.data)
    await house.rill.kill('SIGKILL')
    await house.start()
    const replied = async () => (await client.conversation(conversationId)).messages.at(-1)?.generation
    await expect.poll(async () => (await replied())?.status, { timeout: 40_000, interval: 500 }).toBe('interrupted')
    expect(await replied()).toMatchObject({ usage: null, attempts: 1 })
    expect(await budget()).toMatchObject({ spent: '0', reserved: '0' })
  })

  test('an upstream that reports more than there can be is not believed', async () => {
    house.upstream.scriptFor('absurd', [
      { write: delta(WORD) + finish('stop') + usage({ prompt: Number.MAX_SAFE_INTEGER, completion: 1e15 }) + done },
    ])
    const { usage: used } = await client.finish({ text: 'absurd', model })
    expect(used).toMatchObject({ completionTokens: 2, source: 'estimated' })
    expect((await client.call('GET', '/api/usage')).status).toBe(200)
  })
})
