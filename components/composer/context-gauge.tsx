import { formatPercent, formatTokens } from '@/components/format/numbers'
import { Meter } from '@/components/ui/meter'
import { tooltip } from '@/components/ui/tooltip'

/** From this part of a model's window on, the gauge warns. */
export const CONTEXT_WARNING = 0.8

/** How much of what a model can read a conversation fills. */
export function ContextGauge({ used, window }: { used: number; window: number }) {
  const part = Math.min(1, used / window)
  const percent = formatPercent(part)
  const near = part >= CONTEXT_WARNING
  const words = `${formatTokens(used)} of ${window.toLocaleString()}, ${percent}`
  return (
    <span
      {...tooltip(`Context: ${words}`, { side: 'above' })}
      className={`relative flex shrink-0 items-center gap-2 ${near ? 'font-strong text-warn' : ''}`}
    >
      <Meter label="Context used" valueText={words} value={part} near={near} className="w-12" />
      <span aria-hidden="true">
        {percent}
        <span className="max-sm:hidden"> of the context window</span>
      </span>
    </span>
  )
}
