'use client'
import { Pencil, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { IconButton } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'

interface Removal {
  label: string
  question: string
  /** The verb on the button, e.g. Delete. */
  action: string
  /** If it rejects, the problem is shown. */
  onConfirm(): Promise<void>
  onCancel(): void
}

/** A row with buttons to edit and to remove it; removing asks for confirmation. */
export function EditableRow({
  editLabel,
  removal: { label, question, action, onConfirm, onCancel },
  onEdit,
  children,
}: {
  editLabel: string
  removal: Removal
  onEdit(): void
  children: ReactNode
}) {
  const [confirming, setConfirming] = useState(false)
  return (
    <div className="py-3">
      <div className="flex items-start gap-2 text-small">
        <div className="min-w-0 grow">{children}</div>
        <IconButton label={editLabel} onClick={onEdit}>
          <Pencil size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={label} aria-expanded={confirming} onClick={() => setConfirming(true)}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
      {confirming ? (
        <div className="mt-3">
          <Confirmation
            question={question}
            action={action}
            onConfirm={onConfirm}
            onCancel={() => {
              setConfirming(false)
              onCancel()
            }}
          />
        </div>
      ) : null}
    </div>
  )
}
