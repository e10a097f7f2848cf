'use client'
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { useLazy } from '@/components/ui/use-lazy'
import { useConversations } from '@/lib/store/context'
import { modelName } from './models'

/** The list's code. */
export const fetchPopover = () => import('./model-popover').then((module) => module.ModelPopover)

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
  const { component: Popover, load } = useLazy(fetchPopover)
  const [open, setOpen] = useState(false)
  const name = value === null ? 'Choose a model' : modelName(models, value)
  const change = (next: boolean) => {
    if (next) void loadModels()
    setOpen(next)
  }
  const face = (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-label={`${label}: ${name}`}
      title={name}
      onPointerEnter={() => void load()}
      onClick={Popover ? undefined : () => void load().then(() => change(true))}
      className="flex h-8 touch:h-11 min-w-0 items-center gap-1 rounded-small px-1.5 text-ink-quiet text-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed"
    >
      <span className="truncate">{name}</span>
      <ChevronDown size={14} className="shrink-0" aria-hidden="true" />
    </button>
  )
  if (!Popover) return face
  return (
    <Popover
      open={open}
      onOpenChange={change}
      trigger={face}
      groups={models?.groups ?? []}
      value={value}
      focusNext={focusNext}
      onChange={(model) => {
        onChange(model)
        setOpen(false)
      }}
    />
  )
}
