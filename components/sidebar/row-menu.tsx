'use client'
import { Pencil, Trash2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { type ReactElement, useRef } from 'react'

const item =
  'flex h-8 touch:h-11 items-center gap-2 rounded-small px-2 text-small outline-none data-highlighted:bg-surface-pressed'

/** What can be done with a conversation. */
export function RowMenu({
  open,
  onOpenChange,
  trigger,
  onRename,
  onRemove,
}: {
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  onRename(): void
  onRemove(): void
}) {
  // The menu gives the focus back to its button when it closes; an action that moves the focus comes after that.
  const chosen = useRef<(() => void) | null>(null)
  return (
    <DropdownMenu.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
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
          className="z-40 min-w-40 rounded-medium border border-line bg-surface p-1 shadow-float"
        >
          <DropdownMenu.Item
            className={item}
            onSelect={() => {
              chosen.current = onRename
            }}
          >
            <Pencil size={16} aria-hidden="true" />
            Rename
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className={`${item} text-danger`}
            onSelect={() => {
              chosen.current = onRemove
            }}
          >
            <Trash2 size={16} aria-hidden="true" />
            Delete
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
