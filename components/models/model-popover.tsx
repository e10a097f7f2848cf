'use client'
import { Popover } from 'radix-ui'
import { type ReactElement, useRef } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { useConversations } from '@/lib/client/state/context'
import type { ConversationState } from '@/lib/client/state/types'
import type { ListedGroup } from './model-filter'
import { ModelList } from './model-list'

/** The list of models in a popover above its trigger. */
export function ModelPopover({
  open,
  onOpenChange,
  trigger,
  groups,
  value,
  recentFirst = false,
  focusNext,
  onChoose,
}: {
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  groups: ListedGroup[]
  value: string | null
  /** Recently used models come first. */
  recentFirst?: boolean
  /** Moves the focus after a model was chosen; by default it returns to the trigger. */
  focusNext?: () => void
  onChoose(model: string): void
}) {
  const wasChosen = useRef(false)
  const recent = useConversations(useShallow(recentModels))
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
            if (!wasChosen.current || !focusNext) return
            wasChosen.current = false
            event.preventDefault()
            focusNext()
          }}
          className="z-40 flex max-h-[min(28rem,var(--radix-popover-content-available-height))] w-112 max-w-[calc(100vw-1.5rem)] flex-col overflow-hidden rounded-medium border border-line bg-surface shadow-float"
        >
          <ModelList
            groups={groups}
            value={value}
            recent={recentFirst ? recent : undefined}
            onChoose={(model) => {
              wasChosen.current = true
              onChoose(model)
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const MAX_RECENT_MODELS = 4

/** The distinct models of the latest conversations. */
function recentModels({ summaries }: Pick<ConversationState, 'summaries'>): string[] {
  const recent = new Set<string>()
  for (const { model } of summaries) {
    if (model !== null) recent.add(model)
    if (recent.size === MAX_RECENT_MODELS) break
  }
  return [...recent]
}
