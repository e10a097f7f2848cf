'use client'
import { ChevronDown } from 'lucide-react'
import { tooltip } from '@/components/ui/tooltip'
import { LazyModelPopover, useModelList, useModelPopover } from './lazy-model-popover'
import { modelLabel } from './models'

/** Shows the chosen model, and opens the list of all models. */
export function ModelPicker({
  value,
  onChange,
  label = 'Model',
  focusNext,
}: {
  value: string | null
  onChange(model: string): void
  label?: string
  /** Moves the focus after a model was chosen; by default it returns to the button. */
  focusNext?: () => void
}) {
  const { popover, triggerProps } = useModelPopover()
  const models = useModelList(popover.open)
  const { name, provider } = value === null ? { name: 'Choose a model' } : modelLabel(models, value)
  const fullName = provider ? `${name}, ${provider}` : name
  const trigger = (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label={`${label}: ${fullName}`}
      {...tooltip(fullName, { side: 'above', whenTruncated: true })}
      {...triggerProps}
      className="flex h-8 touch:h-11 min-w-0 items-center gap-1 rounded-small px-1.5 text-ink-quiet text-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed"
    >
      <span className="truncate">
        {name}
        {provider ? <span className="max-sm:hidden"> · {provider}</span> : null}
      </span>
      <ChevronDown size={14} className="shrink-0" aria-hidden="true" />
    </button>
  )
  return (
    <LazyModelPopover
      popover={popover}
      trigger={trigger}
      groups={models?.groups ?? []}
      value={value}
      recentFirst
      focusNext={focusNext}
      onChoose={onChange}
    />
  )
}
