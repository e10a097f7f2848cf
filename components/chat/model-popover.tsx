'use client'
import { Popover } from 'radix-ui'
import { type ReactElement, useRef } from 'react'
import type { ListedGroup } from './model-filter'
import { ModelList } from './model-list'

/** The list of models, floating above its trigger. */
export function ModelPopover({
  open,
  onOpenChange,
  trigger,
  groups,
  value,
  recent,
  focusNext,
  onChange,
}: {
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  groups: ListedGroup[]
  value: string | null
  recent?: string[]
  focusNext?: () => void
  onChange(model: string): void
}) {
  const chosen = useRef(false)
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
          onCloseAutoFocus={(event) => {
            if (!chosen.current || !focusNext) return
            chosen.current = false
            event.preventDefault()
            focusNext()
          }}
          className="z-40 flex max-h-[min(28rem,var(--radix-popover-content-available-height))] w-112 max-w-[calc(100vw-1.5rem)] flex-col overflow-hidden rounded-medium border border-line bg-surface shadow-float"
        >
          <ModelList
            groups={groups}
            value={value}
            recent={recent}
            onChange={(model) => {
              chosen.current = true
              onChange(model)
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
