'use client'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import type { Provider } from '@/lib/protocol/providers'
import { problemOf } from '@/lib/store/client'
import { client } from './client'

/** A stored provider, with the ways to change it or to take it away. */
export function ProviderRow({
  provider,
  onEdit,
  onDeleted,
}: {
  provider: Provider
  onEdit(): void
  onDeleted(): void
}) {
  const [asking, setAsking] = useState(false)
  const { name, baseUrl, hasKey, headerNames, unreadable } = provider
  const facts = [
    hasKey ? 'A key is stored' : 'No key',
    ...(headerNames.length > 0 ? [`headers ${headerNames.join(', ')}`] : []),
  ]
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 py-3">
      <div className="min-w-0 text-small">
        <p dir="auto" className="font-strong wrap-anywhere">
          {name}
        </p>
        <p className="text-ink-quiet wrap-anywhere">{baseUrl}</p>
        {unreadable ? (
          <p className="text-danger text-note">
            The saved key can’t be read because the server’s secret changed. Edit this provider and enter the key again.
          </p>
        ) : (
          <p className="text-ink-quiet text-note wrap-anywhere">{facts.join(', ')}</p>
        )}
      </div>
      {asking ? (
        <ConfirmDelete provider={provider} onDeleted={onDeleted} onCancel={() => setAsking(false)} />
      ) : (
        <div className="flex gap-2">
          <Button onClick={onEdit} aria-label={`Edit ${name}`}>
            Edit
          </Button>
          <Button look="danger" onClick={() => setAsking(true)} aria-label={`Delete ${name}`}>
            Delete
          </Button>
        </div>
      )}
    </div>
  )
}

/** Asks in place, since a deleted key cannot be brought back. */
function ConfirmDelete({ provider, onDeleted, onCancel }: { provider: Provider; onDeleted(): void; onCancel(): void }) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const [deleting, setDeleting] = useState(false)
  const cancel = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    cancel.current?.focus()
  }, [])
  const remove = async () => {
    setDeleting(true)
    try {
      await client().deleteProvider(provider.id)
      onDeleted()
    } catch (error) {
      setRefusal(problemOf(error).message)
      setDeleting(false)
    }
  }
  return (
    <div className="text-small">
      <p>Delete {provider.name} and its key? This cannot be undone.</p>
      <p role="alert" className="text-danger">
        {refusal}
      </p>
      <div className="mt-2 flex gap-2">
        <Button ref={cancel} onClick={onCancel}>
          Keep it
        </Button>
        <Button look="danger" disabled={deleting} onClick={() => void remove()}>
          {deleting ? 'Deleting' : 'Delete'}
        </Button>
      </div>
    </div>
  )
}
