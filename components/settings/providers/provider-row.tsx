'use client'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'
import type { Provider } from '@/lib/protocol/providers'
import { keyIsStored } from './provider-draft'

/** A stored provider, with the ways to change it or to delete it. */
export function ProviderRow({
  provider,
  onEdit,
  onDelete,
  onKept,
}: {
  provider: Provider
  onEdit(): void
  onDelete(): Promise<void>
  /** It was asked whether to delete it, and it stays. */
  onKept(): void
}) {
  const [asking, setAsking] = useState(false)
  const { name, baseUrl, headerNames, unreadable } = provider
  const facts = [
    keyIsStored(provider) ? 'Key saved' : 'No key',
    ...(headerNames.length > 0 ? [`headers: ${headerNames.join(', ')}`] : []),
  ]
  return (
    <div className="py-3">
      <div className="flex items-start gap-2">
        <div className="min-w-0 grow text-small">
          <p dir="auto" className="font-strong wrap-anywhere">
            {name}
          </p>
          <p className="text-ink-quiet wrap-anywhere">{baseUrl}</p>
          {unreadable ? (
            <p className="max-w-measure text-danger text-note">
              Rill can’t read the saved key because the server’s secret changed. Edit this provider and enter the key
              again.
            </p>
          ) : (
            <p className="text-ink-quiet text-note wrap-anywhere">{facts.join(' · ')}</p>
          )}
        </div>
        <IconButton label={`Edit ${name}`} onClick={onEdit}>
          <Pencil size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={`Delete ${name}`} aria-expanded={asking} onClick={() => setAsking(true)}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
      {asking ? (
        <div className="mt-3">
          <Confirmation
            question={`Delete ${name} and its key? This can’t be undone.`}
            action="Delete"
            onConfirm={onDelete}
            onCancel={() => {
              setAsking(false)
              onKept()
            }}
          />
        </div>
      ) : null}
    </div>
  )
}
