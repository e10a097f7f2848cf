'use client'
import { ChevronDown } from 'lucide-react'
import { useEffect } from 'react'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { tooltip } from '@/components/ui/tooltip'
import { useConversations } from '@/lib/client/state/context'
import { modelPopover } from './model-picker'

/** Beside the button that asks for a reply anew: the list of models that could write it. */
export function OtherModel({ model, onChoose }: { model: string; onChoose(model: string): void }) {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  const { component: Popover, open, setOpen, props } = usePopup(modelPopover)
  useEffect(() => {
    if (open) void loadModels()
  }, [open, loadModels])
  const face = (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label="Try another model"
      {...tooltip('Try another model')}
      {...props}
      className="-ms-1.5 inline-flex h-8 w-5 shrink-0 touch:ms-0 touch:size-11 items-center justify-center rounded-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed aria-expanded:text-ink"
    >
      <ChevronDown size={14} aria-hidden="true" />
    </button>
  )
  if (!Popover) return face
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={face}
      groups={models?.groups ?? []}
      value={model}
      // The reply that the button stands under gives way to the other one.
      focusNext={focusComposerOrTranscript}
      onChange={(chosen) => {
        setOpen(false)
        onChoose(chosen)
      }}
    />
  )
}
