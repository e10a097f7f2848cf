'use client'
import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { type ReactElement, useRef } from 'react'

export interface Action {
  name: string
  icon: LucideIcon
  danger?: boolean
  /** It takes the focus elsewhere; otherwise that goes back to the menu's button. */
  movesFocus?: boolean
  run(): void
}

/** What can be done with the thing that a button belongs to. */
export function ActionMenu({
  open,
  onOpenChange,
  trigger,
  actions,
  within,
}: {
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  actions: Action[]
  /** The element id of the part of the page that it belongs to. */
  within: string
}) {
  // The menu gives the focus back to its button when it closes; an action that moves the focus comes after that.
  const chosen = useRef<(() => void) | null>(null)
  return (
    <DropdownMenu.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.getElementById(within)}>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (!chosen.current) return
            event.preventDefault()
            chosen.current()
            chosen.current = null
          }}
          className="z-40 min-w-44 rounded-medium border border-line bg-surface p-1 shadow-float"
        >
          {actions.map(({ name, icon: Icon, danger, movesFocus, run }) => (
            <DropdownMenu.Item
              key={name}
              className={`flex h-8 touch:h-11 items-center gap-2 rounded-small px-2 text-small outline-none data-highlighted:bg-surface-pressed ${danger ? 'text-danger' : ''}`}
              onSelect={() => {
                if (movesFocus) chosen.current = run
                else run()
              }}
            >
              <Icon size={16} aria-hidden="true" />
              {name}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
