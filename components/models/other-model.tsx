'use client'
import { ChevronDown } from 'lucide-react'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { tooltip } from '@/components/ui/tooltip'
import { LazyModelPopover, useModelList, useModelPopover } from './lazy-model-popover'

/** Next to Regenerate or Retry: chooses another model for the reply. */
export function OtherModel({ model, onChoose }: { model: string; onChoose(model: string): void }) {
  const { popover, triggerProps } = useModelPopover()
  const models = useModelList(popover.open)
  const trigger = (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label="Try another model"
      {...tooltip('Try another model')}
      {...triggerProps}
      className="-ms-1.5 inline-flex h-8 w-5 shrink-0 touch:ms-0 touch:size-11 items-center justify-center rounded-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed aria-expanded:text-ink"
    >
      <ChevronDown size={14} aria-hidden="true" />
    </button>
  )
  return (
    <LazyModelPopover
      popover={popover}
      trigger={trigger}
      groups={models?.groups ?? []}
      value={model}
      // The reply that holds the button is replaced.
      focusNext={focusComposerOrTranscript}
      onChoose={onChoose}
    />
  )
}
