/**
 * Money as an integer of pico-units, 10⁻¹² of a dollar (or rupee …), never as a float: a price per million tokens with up to
 * six decimals is a whole number of pico-units per token, so tokens × price is exact. A signed 64-bit integer holds nine
 * million dollars. In JSON it is a decimal string.
 */
export interface Money {
  picos: bigint
  /** ISO 4217. */
  currency: string
}

/** The value of one US dollar in the display currency: a positive decimal with at most 12 fraction digits. */
export interface Rate {
  currency: string
  perDollar: string
}

const PICO_DIGITS = 12
const ONE = 10n ** BigInt(PICO_DIGITS)
const PRICE_DIGITS = 6
/** As many as a budget of tokens may have: its shares are computed like those of money. */
const WHOLE_DIGITS = 15

/** A price per million tokens ("2.50") as pico-units per token. @throws {RangeError} for any other text. */
export function picosPerToken(perMillion: string): bigint {
  return scaled(perMillion, PRICE_DIGITS)
}

/** Converts money to the display currency, to the nearest pico-unit. Null without a rate for its currency. */
export function convert({ picos, currency }: Money, rate: Rate): Money | null {
  if (currency === rate.currency) return { picos, currency }
  if (currency !== 'USD') return null
  return { picos: (picos * scaled(rate.perDollar, PICO_DIGITS) + ONE / 2n) / ONE, currency: rate.currency }
}

/**
 * Adds amounts up: in the display currency, and separately in each currency without a rate. Sums of zero are left out, unless
 * all are.
 */
export function sumsOf(amounts: Money[], rate: Rate): Money[] {
  const sums = new Map<string, bigint>()
  for (const amount of amounts) {
    const { picos, currency } = convert(amount, rate) ?? amount
    sums.set(currency, (sums.get(currency) ?? 0n) + picos)
  }
  const all = Array.from(sums, ([currency, picos]) => ({ picos, currency }))
  const some = all.filter(({ picos }) => picos > 0n)
  return some.length > 0 ? some : all.slice(0, 1)
}

/** Converts money to US dollars, to the nearest pico-unit. Null without a rate for its currency. */
export function dollarsOf({ picos, currency }: Money, rate: Rate): bigint | null {
  if (currency === 'USD') return picos
  if (currency !== rate.currency) return null
  const perDollar = scaled(rate.perDollar, PICO_DIGITS)
  return (picos * ONE + perDollar / 2n) / perDollar
}

/** Formats money for JSON: an exact decimal, as short as possible. */
export function amountOf(picos: bigint): string {
  return decimal(picos).replace(/\.?0+$/, '')
}

/** The pico-units of a decimal from JSON. @throws {RangeError} for any other text. */
export function picosOf(amount: string): bigint {
  return scaled(amount, PICO_DIGITS)
}

/**
 * Formats money to whole coins: "₹0.04", and "< ₹0.01" for less than a coin. With `fine`, smaller amounts have two
 * significant digits, down to a millionth of a coin.
 */
export function formatMoney({ picos, currency }: Money, options: { locale?: string; fine?: boolean } = {}): string {
  const coin = coinDigits(currency)
  const digits = options.fine ? Math.min(Math.max(leadingZeros(picos) + 2, coin), coin + 6) : coin
  const format = new Intl.NumberFormat(options.locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: coin,
    maximumFractionDigits: digits,
  })
  const least = 10n ** BigInt(PICO_DIGITS - digits)
  const write = (amount: bigint) => {
    const text = decimal(amount)
    // Intl formats a decimal string exactly, without a float.
    return isDecimal(text) ? format.format(text) : text
  }
  return picos > 0n && picos < least ? `< ${write(least)}` : write(picos)
}

/** Whether Intl knows a currency. */
export function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code)
}

/** Whether a text is a non-negative decimal with at most so many digits before and after the point. */
export function isAmount(text: string, whole: number, fraction: number): boolean {
  const [, before = '', after = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  return before !== '' && before.length <= whole && after.length <= fraction
}

/** Whether a text can be an exchange rate. */
export function isRate(text: string): boolean {
  return isAmount(text, 9, PICO_DIGITS) && /[1-9]/.test(text)
}

/** A decimal times ten to the power of `digits`. */
function scaled(text: string, digits: number): bigint {
  if (!isAmount(text, WHOLE_DIGITS, digits))
    throw new RangeError(`${text.slice(0, 40)} is no amount with ${digits} decimals`)
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(digits, '0'))
}

function decimal(picos: bigint): string {
  return `${picos / ONE}.${(picos % ONE).toString().padStart(PICO_DIGITS, '0')}`
}

function isDecimal(text: string): text is `${number}` {
  return /^\d+\.\d+$/.test(text)
}

/** How many zeros follow the point; 0 from one unit up. */
function leadingZeros(picos: bigint): number {
  return picos === 0n || picos >= ONE ? 0 : PICO_DIGITS - picos.toString().length
}

function coinDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}
