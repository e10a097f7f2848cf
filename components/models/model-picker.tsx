'use client'
import { ChevronDown } from 'lucide-react'
import { useEffect } from 'react'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { tooltip } from '@/components/ui/tooltip'
import { useConversations } from '@/lib/client/state/context'
import { modelLabel } from './models'

/** The list's code. */
export const modelPopover = lazyComponent(() => import('./model-popover').then((module) => module.ModelPopover))

/** The model's name, quietly; a click opens the list of all. The list's code comes with the first click. */
export function ModelPicker({
  value,
  onChange,
  label = 'Model',
  focusNext,
}: {
  value: string | null
  onChange(model: string): void
  label?: string
  /** Moves the focus on once a model has been chosen; it goes back to the button otherwise. */
  focusNext?: () => void
}) {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  const { component: Popover, open, setOpen, props } = usePopup(modelPopover)
  const { name, provider } = value === null ? { name: 'Choose a model' } : modelLabel(models, value)
  const words = provider ? `${name}, ${provider}` : name
  useEffect(() => {
    if (open) void loadModels()
  }, [open, loadModels])
  const face = (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label={`${label}: ${words}`}
      {...tooltip(words, { side: 'above', whenTruncated: true })}
      {...props}
      className="flex h-8 touch:h-11 min-w-0 items-center gap-1 rounded-small px-1.5 text-ink-quiet text-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed"
    >
      <span className="truncate">
        {name}
        {provider ? <span className="max-sm:hidden"> · {provider}</span> : null}
      </span>
      <ChevronDown size={14} className="shrink-0" aria-hidden="true" />
    </button>
  )
  if (!Popover) return face
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={face}
      groups={models?.groups ?? []}
      value={value}
      recentFirst
      focusNext={focusNext}
      onChange={(model) => {
        onChange(model)
        setOpen(false)
      }}
    />
  )
}
