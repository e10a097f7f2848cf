import { formatMoney, picosPerToken } from '@/lib/protocol/money'

/** `$2.50 in, $10.00 out per million`, in the currency of the price. */
export function priceWords({ currency, input, output }: { currency: string; input: string; output: string }): string {
  const each = (perMillion: string) => formatMoney({ picos: picosPerToken(perMillion) * 1_000_000n, currency })
  return `${each(input)} in, ${each(output)} out per million`
}
