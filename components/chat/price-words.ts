type ListPrice = { currency: string; input: string; output: string }

/** `$2.50 in, $10.00 out per million`, in the currency of the price, to the last of its digits. */
export function priceWords({ currency, input, output }: ListPrice): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency, maximumFractionDigits: 6 })
  const each = (perMillion: string) => format.format(Number(perMillion))
  return `${each(input)} in, ${each(output)} out per million`
}

/** `$2.50 / $10`, for columns. */
export function briefPrice({ currency, input, output }: ListPrice): string {
  if (Number(input) === 0 && Number(output) === 0) return 'Free'
  const format = new Intl.NumberFormat(undefined, {
    ...{ style: 'currency', currency, maximumFractionDigits: 6 },
    trailingZeroDisplay: 'stripIfInteger',
  })
  return `${format.format(Number(input))} / ${format.format(Number(output))}`
}
