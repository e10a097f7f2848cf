'use client'
import { type ReactElement, useEffect } from 'react'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { useConversations } from '@/lib/client/state/context'
import type { ListedGroup } from './model-filter'

const modelPopover = lazyComponent(() => import('./model-popover').then((module) => module.ModelPopover))

/** Spread `triggerProps` on the button that opens the popover. */
export function useModelPopover() {
  const { props: triggerProps, ...popover } = usePopup(modelPopover)
  return { triggerProps, popover }
}

/** Loads the models again whenever the popover opens. */
export function useModelList(open: boolean) {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  useEffect(() => {
    if (open) void loadModels()
  }, [open, loadModels])
  return models
}

/** A button that opens a list of models. Until the list's code is loaded, just the button. */
export function LazyModelPopover({
  popover: { component: ModelPopover, open, setOpen },
  trigger,
  groups,
  value,
  recentFirst,
  focusNext,
  onChoose,
}: {
  popover: ReturnType<typeof useModelPopover>['popover']
  trigger: ReactElement
  groups: ListedGroup[]
  value: string | null
  recentFirst?: boolean
  focusNext?: () => void
  onChoose(model: string): void
}) {
  if (!ModelPopover) return trigger
  return (
    <ModelPopover
      open={open}
      onOpenChange={setOpen}
      trigger={trigger}
      groups={groups}
      value={value}
      recentFirst={recentFirst}
      focusNext={focusNext}
      onChoose={(model) => {
        setOpen(false)
        onChoose(model)
      }}
    />
  )
}
