/** `$2.50 in, $10.00 out per million`, in the currency of the price, to the last of its digits. */
export function priceWords({ currency, input, output }: { currency: string; input: string; output: string }): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency, maximumFractionDigits: 6 })
  const each = (perMillion: string) => format.format(Number(perMillion))
  return `${each(input)} in, ${each(output)} out per million`
}
