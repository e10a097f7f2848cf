'use client'
import { Popover } from 'radix-ui'
import type { ReactElement } from 'react'
import type { ModelGroup } from '@/lib/protocol/api'
import { ModelList } from './model-list'

/** The list of models, floating above its trigger. */
export function ModelPopover({
  open,
  onOpenChange,
  trigger,
  groups,
  value,
  onChange,
}: {
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  groups: ModelGroup[]
  value: string | null
  onChange(model: string): void
}) {
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Choose a model"
          side="top"
          align="start"
          sideOffset={8}
          collisionPadding={12}
          className="z-40 flex max-h-[min(26rem,var(--radix-popover-content-available-height))] w-80 max-w-[calc(100vw-1.5rem)] flex-col overflow-hidden rounded-medium border border-line bg-surface shadow-float"
        >
          <ModelList groups={groups} value={value} onChange={onChange} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
