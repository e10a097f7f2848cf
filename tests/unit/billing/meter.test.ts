import { describe, expect, it } from 'vitest'
import { storedCost } from '@/lib/billing/account'
import { type Ending, Meter } from '@/lib/billing/meter'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'
import { countPrompt } from '@/lib/tokens/count-prompt'

/** Each is one token, and so is each of them in a row. */
const WORD = ' the'
const whole: Ending = { cut: false, refused: false }
const cut: Ending = { cut: true, refused: false }
const refused: Ending = { cut: false, refused: true }

/** A dollar a million tokens in, two out. */
const price: Price = {
  provider: 'provider.example',
  model: 'model',
  currency: 'USD',
  input: '1',
  cachedInput: null,
  output: '2',
  reasoning: null,
  longPrompt: null,
  contextWindow: null,
  maxOutput: null,
  date: '',
  source: '',
}

const reported = (promptTokens: number, completionTokens: number, more: Partial<Usage> = {}): Usage => ({
  promptTokens,
  completionTokens,
  cachedTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
  cost: null,
  ...more,
})

/** A meter of a prompt of 8 tokens, whose first attempt has begun. */
function meterOf(model = 'gpt-4o', charged: Price | null = price): Meter {
  const meter = new Meter({
    model,
    countPrompt: () => countPrompt(model, [{ role: 'user', content: 'Hello' }]),
    price: charged,
  })
  meter.attempt()
  return meter
}

describe('text that turns out to be reasoning', () => {
  it.each([false, true])('is estimated as that, counted before or not: %s', async (counted) => {
    const meter = meterOf()
    meter.add('delta', WORD.repeat(10))
    if (counted) {
      await meter.prepare()
      expect(meter.past(0)).toBe(10)
    }
    meter.reclassify()
    meter.add('reasoning', WORD.repeat(2))
    meter.add('delta', WORD.repeat(3))
    expect(await meter.total(whole)).toMatchObject({ completionTokens: 15, reasoningTokens: 12 })
  })
})

describe('what is reported', () => {
  it('holds for a whole answer, wherever it came', async () => {
    const meter = meterOf()
    meter.report(reported(20, 1))
    meter.add('delta', WORD.repeat(10))
    expect(await meter.total(whole)).toEqual(reported(20, 1, { cost: { amount: '0.000022', currency: 'USD' } }))
  })

  it.each(['gpt-4o', 'llama3.2:3b', 'claude-sonnet-4-5'])(
    'holds for an answer of %s that is cut when all that came was reported',
    async (model) => {
      const meter = meterOf(model)
      for (const completionTokens of [1, 2, 3]) {
        meter.add('delta', 'a text that Rill would take for more tokens than that ')
        meter.report(reported(20, completionTokens))
      }
      expect(await meter.total(cut)).toMatchObject({ promptTokens: 20, completionTokens: 3, source: 'reported' })
    },
  )

  it('is added to what Rill counts of the text since', async () => {
    const meter = meterOf()
    await meter.prepare()
    meter.add('delta', WORD.repeat(100))
    expect(meter.past(60)).toBe(40)
    meter.report(reported(20, 50, { cachedTokens: 5, reasoningTokens: 30, audioTokens: 2 }))
    expect(meter.past(60)).toBe(0)
    meter.add('delta', WORD.repeat(7))
    meter.add('reasoning', WORD.repeat(4))
    expect(meter.past(60)).toBe(1)
    expect(await meter.total(cut)).toEqual({
      promptTokens: 20,
      completionTokens: 61,
      cachedTokens: 5,
      reasoningTokens: 34,
      audioTokens: 2,
      source: 'estimated',
      accuracy: 'exact',
      cost: { amount: '0.000142', currency: 'USD' },
    })
  })

  it('is told along the way as it is, and what came since with it', () => {
    const meter = meterOf()
    expect(meter.due(0)).toBeNull()
    meter.add('delta', WORD)
    meter.report(reported(20, 3))
    expect(meter.due(1000)).toMatchObject({ completionTokens: 3, source: 'reported', cost: { amount: '0.000026' } })
    expect(meter.due(1999)).toBeNull()
  })
})

describe('several attempts', () => {
  it('are added up, what each reported', async () => {
    const meter = meterOf()
    meter.report(reported(20, 0, { audioTokens: 1 }))
    meter.attempt()
    meter.attempt()
    meter.report(reported(20, 10, { cachedTokens: 15, reasoningTokens: 4, audioTokens: 2 }))
    expect(await meter.total(whole)).toEqual(
      reported(40, 10, {
        cachedTokens: 15,
        reasoningTokens: 4,
        audioTokens: 3,
        cost: { amount: '0.00006', currency: 'USD' },
      }),
    )
    expect(meter.attempts).toBe(3)
  })

  it('cost each what its own prompt does', async () => {
    const longPrompt = { over: 200, input: '10', cachedInput: null, output: '20' }
    const meter = meterOf('gpt-4o', { ...price, cachedInput: '0.1', longPrompt })
    meter.report(reported(150, 0, { cachedTokens: 200 }))
    meter.attempt()
    meter.report(reported(150, 10))
    expect(await meter.total(whole)).toMatchObject({ promptTokens: 300, cost: { amount: '0.000185' } })
  })

  it('cost no more than can be stored, however dear', async () => {
    const meter = meterOf('gpt-4o', { ...price, input: '999999999' })
    for (const amount of ['9000000', '18000000']) {
      meter.report(reported(999_999_999, 0))
      const usage = await meter.total(whole)
      expect(usage?.cost).toEqual({ amount, currency: 'USD' })
      expect(storedCost(usage, price)).toEqual({ picos: 9n * 10n ** 18n, currency: 'USD' })
      meter.attempt()
    }
  })

  it('keep what the first of them reported when the last is refused, or is an estimate', async () => {
    const meter = meterOf()
    meter.report(reported(20, 0))
    meter.attempt()
    expect(await meter.total(refused)).toMatchObject({ promptTokens: 20, completionTokens: 0, source: 'reported' })
    meter.add('delta', WORD)
    expect(await meter.total(cut)).toMatchObject({ promptTokens: 28, completionTokens: 1, source: 'estimated' })
  })
})

describe('without a report', () => {
  it('an attempt that was refused comes to nothing, and one that was stopped to its prompt', async () => {
    expect(await meterOf().total(refused)).toBeNull()
    expect(await meterOf().total(cut)).toMatchObject({ promptTokens: 8, completionTokens: 0, source: 'estimated' })
  })

  it('an attempt that failed after its first word comes to an estimate', async () => {
    const meter = meterOf()
    meter.add('delta', WORD)
    expect(await meter.total({ cut: true, refused: true })).toMatchObject({ promptTokens: 8, completionTokens: 1 })
  })

  it('before the first attempt nothing was used', async () => {
    const meter = new Meter({ model: 'gpt-4o', countPrompt: () => countPrompt('gpt-4o', []), price })
    expect(await meter.total(cut)).toBeNull()
  })

  it('a price that is not known is no cost', async () => {
    const meter = meterOf('gpt-4o', null)
    meter.add('delta', WORD)
    expect((await meter.total(whole))?.cost).toBeNull()
  })
})

it('counts the prompt that was sent in the end', async () => {
  const meter = meterOf()
  await meter.prepare()
  meter.add('delta', WORD)
  expect(meter.past(0)).toBe(1)
  meter.replacePrompt([{ role: 'user', content: `Hello${WORD.repeat(10)}` }])
  meter.attempt()
  meter.add('delta', WORD.repeat(4))
  expect(meter.past(0)).toBe(5)
  expect(await meter.total(cut)).toMatchObject({ promptTokens: 18, completionTokens: 5 })
})

it('counts the prompt that is sent in the end, where another one is still being counted', async () => {
  const meter = meterOf()
  const preparing = meter.prepare()
  meter.replacePrompt([{ role: 'user', content: `Hello${WORD.repeat(10)}` }])
  await meter.prepare()
  await preparing
  meter.add('delta', WORD)
  expect(await meter.total(cut)).toMatchObject({ promptTokens: 18, completionTokens: 1 })
})

describe('an estimate says how far it can be trusted', () => {
  // Longer than is encoded whole.
  const endless = 'a'.repeat(3000)

  it.each([
    ['the prompt', endless, '', ''],
    ['the text', '', endless, ''],
    ['the reasoning', '', '', endless],
  ])('as far as its least certain part: %s', async (_, content, text, reasoning) => {
    const meter = new Meter({
      model: 'gpt-4o',
      countPrompt: () => countPrompt('gpt-4o', [{ role: 'user', content }]),
      price,
    })
    meter.attempt()
    meter.add('delta', text)
    meter.add('reasoning', reasoning)
    expect((await meter.total(cut))?.accuracy).toBe('approximate')
  })

  it('of a prompt that was counted before, as that was', async () => {
    const prompt = { tokens: 8, accuracy: 'approximate' } as const
    const meter = new Meter({ model: 'gpt-4o', countPrompt: async () => prompt, price })
    meter.attempt()
    expect(await meter.total(cut)).toMatchObject({ promptTokens: 8, accuracy: 'approximate' })
  })
})
