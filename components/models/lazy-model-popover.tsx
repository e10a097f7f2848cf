'use client'
import { type ComponentProps, useEffect } from 'react'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { useConversations } from '@/lib/client/state/context'
import type { ModelPopover } from './model-popover'

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

type PopoverProps = Omit<ComponentProps<typeof ModelPopover>, 'open' | 'onOpenChange'>

/** A trigger that opens a list of models. Until the list's code is loaded, just the trigger. */
export function LazyModelPopover({
  popover: { component: Popover, open, setOpen },
  ...props
}: PopoverProps & { popover: ReturnType<typeof useModelPopover>['popover'] }) {
  if (!Popover) return props.trigger
  return (
    <Popover
      {...props}
      open={open}
      onOpenChange={setOpen}
      onChoose={(model) => {
        setOpen(false)
        props.onChoose(model)
      }}
    />
  )
}
