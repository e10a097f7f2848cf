type ListPrice = { currency: string; input: string; output: string }

/** `$2.50 in, $10.00 out per million`, in the currency of the price, to the last of its digits. */
export function priceWords({ currency, input, output }: ListPrice): string {
  const format = formatOf(currency, 'auto')
  const each = (perMillion: string) => format.format(Number(perMillion))
  return `${each(input)} in, ${each(output)} out per million`
}

/** `$2.50 / $10`, for columns. */
export function briefPrice({ currency, input, output }: ListPrice): string {
  if (Number(input) === 0 && Number(output) === 0) return 'Free'
  const format = formatOf(currency, 'stripIfInteger')
  return `${format.format(Number(input))} / ${format.format(Number(output))}`
}

const formats = new Map<string, Intl.NumberFormat>()

/** Kept, since a list has hundreds of prices and is rendered with each move of the mouse: to make one takes long. */
function formatOf(currency: string, trailingZeroDisplay: 'auto' | 'stripIfInteger'): Intl.NumberFormat {
  const key = `${currency} ${trailingZeroDisplay}`
  const known = formats.get(key)
  if (known) return known
  const options = { style: 'currency', currency, maximumFractionDigits: 6, trailingZeroDisplay } as const
  const made = new Intl.NumberFormat(undefined, options)
  formats.set(key, made)
  return made
}
