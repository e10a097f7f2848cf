import { formatSeconds } from '@/components/ui/elapsed-seconds'
import { convert, formatMoney, picosOf, type Rate } from '@/lib/protocol/billing/money'
import { tokensPerSecond } from '@/lib/protocol/billing/speed'
import type { Measurement } from './measure'

export function formatDuration(ms: number | null): string {
  if (ms === null) return '–'
  return ms < 1000 ? `${Math.round(ms)} ms` : formatSeconds(ms)
}

export function formatTokenCount({ usage }: Measurement): string {
  if (!usage) return '–'
  const count = usage.completionTokens.toLocaleString()
  return usage.source === 'estimated' ? `about ${count}` : count
}

/** Tokens per second, or `–` if all text arrived at once. */
export function formatTokensPerSecond({ usage, firstTokenMs, totalMs, reasoningStreamed }: Measurement): string {
  if (!usage || firstTokenMs === null || totalMs === null) return '–'
  const rate = tokensPerSecond(usage, totalMs - firstTokenMs, reasoningStreamed)
  return rate === null ? '–' : Math.round(rate).toLocaleString()
}

export function formatMeasuredCost({ usage }: Measurement, rate: Rate): string {
  if (!usage) return '–'
  if (!usage.cost) return 'No price'
  const money = { picos: picosOf(usage.cost.amount), currency: usage.cost.currency }
  const text = formatMoney(convert(money, rate) ?? money, { fine: true })
  return usage.source === 'estimated' && money.picos > 0n ? `about ${text}` : text
}

export const stateNames: Record<Measurement['state'], string> = {
  running: 'Running',
  completed: 'Complete',
  stopped: 'Stopped',
  interrupted: 'Interrupted',
  failed: 'Failed',
}
