import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf } from '@/lib/billing/cost'
import { convert, formatMoney, isAmount, isCurrency, isRate, picosPerToken, sumsOf } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'

const price: Price = {
  provider: 'api.example.com',
  model: 'creek',
  currency: 'USD',
  input: '0.003625',
  cachedInput: '0.0028',
  output: '0.01',
  reasoning: null,
  longPrompt: null,
  contextWindow: null,
  maxOutput: null,
  date: '2026-07-02',
  source: 'test',
}
const usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 }
const tokens = fc.integer({ min: 0, max: 2 ** 40 })
/** A decimal as text, made without a float, with what it is a millionth of. */
const decimal = fc.bigInt({ min: 0n, max: 10n ** 12n }).map((micros) => ({
  micros,
  text: `${micros / 1_000_000n}.${(micros % 1_000_000n).toString().padStart(6, '0')}`,
}))

describe('cost', () => {
  it('of one token at a cent a million is exact', () => {
    expect(costOf({ ...usage, completionTokens: 1 }, price)).toEqual({ picos: 10_000n, currency: 'USD' })
    expect(costOf({ ...usage, promptTokens: 1 }, price).picos).toBe(3_625n)
  })

  it('is tokens × price to the last unit, however large, and adds up', () => {
    fc.assert(
      fc.property(decimal, tokens, tokens, (amount, one, other) => {
        const of = (completionTokens: number) =>
          costOf({ ...usage, completionTokens }, { ...price, output: amount.text })
        expect(of(one).picos).toBe(amount.micros * BigInt(one))
        expect(of(one).picos + of(other).picos).toBe(amount.micros * (BigInt(one) + BigInt(other)))
      }),
    )
  })

  it('counts cached and reasoning tokens once, at their own prices', () => {
    const used = { promptTokens: 100, cachedTokens: 40, completionTokens: 50, reasoningTokens: 30 }
    const own = { ...price, input: '1', cachedInput: '0.1', output: '2', reasoning: '3' }
    expect(costOf(used, own).picos).toBe(BigInt(60 * 1_000_000 + 40 * 100_000 + 20 * 2_000_000 + 30 * 3_000_000))
    expect(costOf(used, { ...own, cachedInput: null, reasoning: null }).picos).toBe(
      BigInt(100 * 1_000_000 + 50 * 2_000_000),
    )
  })

  it('never takes more cached tokens than there are tokens', () => {
    const used = { ...usage, promptTokens: 10, cachedTokens: 1000, reasoningTokens: 5 }
    expect(costOf(used, price).picos).toBe(10n * 2_800n)
  })

  it('has other prices for the whole of a long prompt', () => {
    const long = { over: 200_000, input: '2', cachedInput: null, output: '4' }
    const of = (promptTokens: number) =>
      costOf({ ...usage, promptTokens, completionTokens: 1 }, { ...price, input: '1', output: '3', longPrompt: long })
        .picos
    expect(of(200_000)).toBe(200_000n * 1_000_000n + 3_000_000n)
    expect(of(200_001)).toBe(200_001n * 2_000_000n + 4_000_000n)
  })
})

describe('amounts', () => {
  it.each(['', ' ', '-1', '1e-7', '.5', '1.', '1,5', '0.0000001', 'NaN', '0x1', '1 2'])('%j is no price', (text) => {
    expect(isAmount(text, 9, 6)).toBe(false)
    expect(() => picosPerToken(text)).toThrow(RangeError)
  })

  it.each(['0', '0.0', '-3', '', '1e3', '٣'])('%j is no rate', (text) => {
    expect(isRate(text)).toBe(false)
  })

  it('knows currencies', () => {
    expect(['USD', 'INR', 'JPY', 'XYZ', 'usd', ''].map(isCurrency)).toEqual([true, true, true, false, false, false])
  })
})

describe('conversion', () => {
  const rupees = { currency: 'INR', perDollar: '88.5' }

  it('is exact but for half a unit, and keeps the order', () => {
    const picos = fc.bigInt({ min: 0n, max: 10n ** 24n })
    fc.assert(
      fc.property(picos, picos, decimal, (one, other, { text, micros }) => {
        const rate = { currency: 'INR', perDollar: text }
        const converted = convert({ picos: one, currency: 'USD' }, rate)?.picos ?? -1n
        const off = converted * 1_000_000n - one * micros
        expect(off <= 500_000n && off >= -500_000n).toBe(true)
        if (one <= other)
          expect(converted <= (convert({ picos: other, currency: 'USD' }, rate)?.picos ?? -1n)).toBe(true)
      }),
    )
  })

  it('leaves what is in the display currency, and refuses what it has no rate for', () => {
    expect(convert({ picos: 7n, currency: 'INR' }, rupees)).toEqual({ picos: 7n, currency: 'INR' })
    expect(convert({ picos: 7n, currency: 'EUR' }, rupees)).toBeNull()
  })
})

describe('several amounts', () => {
  const rate = { currency: 'INR', perDollar: '80' }
  const money = (picos: bigint, currency: string) => ({ picos, currency })

  it('come to one sum, and to one more for each currency that has no rate', () => {
    const all = [money(2n, 'USD'), money(7n, 'EUR'), money(3n, 'INR'), money(1n, 'JPY'), money(5n, 'EUR')]
    expect(sumsOf(all, rate)).toEqual([money(163n, 'INR'), money(12n, 'EUR'), money(1n, 'JPY')])
  })

  it('of which one is nothing come to the others', () => {
    expect(sumsOf([money(0n, 'USD'), money(7n, 'EUR')], rate)).toEqual([money(7n, 'EUR')])
    expect(sumsOf([money(0n, 'USD'), money(0n, 'EUR')], rate)).toEqual([money(0n, 'INR')])
    expect(sumsOf([money(0n, 'EUR')], rate)).toEqual([money(0n, 'EUR')])
    expect(sumsOf([], rate)).toEqual([])
  })
})

describe('what a reader sees', () => {
  const unit = 10n ** 12n
  it.each([
    [{ picos: unit / 25n, currency: 'INR' }, '₹0.04', '₹0.04'],
    [{ picos: unit / 1000n, currency: 'INR' }, '< ₹0.01', '₹0.001'],
    [{ picos: 412n * (unit / 1_000_000n), currency: 'USD' }, '< $0.01', '$0.00041'],
    [{ picos: 1n, currency: 'USD' }, '< $0.01', '< $0.00000001'],
    [{ picos: 0n, currency: 'USD' }, '$0.00', '$0.00'],
    [{ picos: 1234n * unit + unit / 2n, currency: 'EUR' }, '€1,234.50', '€1,234.50'],
    [{ picos: unit / 2n, currency: 'JPY' }, '< ¥1', '¥0.5'],
    [
      { picos: 123_456_789_012_345_678n * unit, currency: 'USD' },
      '$123,456,789,012,345,678.00',
      '$123,456,789,012,345,678.00',
    ],
  ])('%o is %s, finely %s', (money, coins, fine) => {
    expect(formatMoney(money, { locale: 'en' })).toBe(coins)
    expect(formatMoney(money, { locale: 'en', fine: true })).toBe(fine)
  })

  it('follows the reader’s language', () => {
    expect(formatMoney({ picos: 150_000n * 10n ** 12n, currency: 'INR' }, { locale: 'en-IN' })).toBe('₹1,50,000.00')
  })
})
