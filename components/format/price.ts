type ListPrice = { currency: string; input: string; output: string }

/** `$2.50 in, $10.00 out per million` */
export function formatPrice({ currency, input, output }: ListPrice): string {
  const format = currencyFormat(currency, 'auto')
  return `${format.format(Number(input))} in, ${format.format(Number(output))} out per million`
}

/** `$2.50 / $10`, for columns. */
export function formatShortPrice({ currency, input, output }: ListPrice): string {
  if (Number(input) === 0 && Number(output) === 0) return 'Free'
  const format = currencyFormat(currency, 'stripIfInteger')
  return `${format.format(Number(input))} / ${format.format(Number(output))}`
}

const formats = new Map<string, Intl.NumberFormat>()

/** Cached, because creating a format is slow and a model list renders hundreds of prices on each pointer move. */
function currencyFormat(currency: string, trailingZeroDisplay: 'auto' | 'stripIfInteger'): Intl.NumberFormat {
  const key = `${currency} ${trailingZeroDisplay}`
  const cached = formats.get(key)
  if (cached) return cached
  const options = { style: 'currency', currency, maximumFractionDigits: 6, trailingZeroDisplay } as const
  const format = new Intl.NumberFormat(undefined, options)
  formats.set(key, format)
  return format
}
