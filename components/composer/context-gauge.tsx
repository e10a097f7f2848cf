import { formatPercent, formatTokens } from '@/components/format/numbers'
import { Meter } from '@/components/ui/meter'
import { tooltip } from '@/components/ui/tooltip'

/** The gauge warns from this share of the context window. */
export const CONTEXT_WARNING = 0.8

/** How much of the context window a conversation fills. */
export function ContextGauge({ used, window }: { used: number; window: number }) {
  const share = Math.min(1, used / window)
  const percent = formatPercent(share)
  const near = share >= CONTEXT_WARNING
  const usage = `${formatTokens(used)} of ${window.toLocaleString()}, ${percent}`
  return (
    <span
      {...tooltip(`Context: ${usage}`, { side: 'above' })}
      className={`relative flex shrink-0 items-center gap-2 ${near ? 'font-strong text-warn' : ''}`}
    >
      <Meter label="Context used" valueText={usage} value={share} near={near} className="w-12" />
      <span aria-hidden="true">
        {percent}
        <span className="max-sm:hidden"> of the context window</span>
      </span>
    </span>
  )
}
