'use client'
import { Plus } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import type { Problem } from '@/lib/protocol/events'
import type { Provider, ProviderList } from '@/lib/protocol/providers'
import { problemOf } from '@/lib/store/client'
import { useConversations } from '@/lib/store/context'
import { client } from './client'
import { ProviderForm } from './provider-form'
import { ProviderRow } from './provider-row'

type Editing = { kind: 'none' } | { kind: 'new' } | { kind: 'stored'; id: string }

/** The person's providers, the operator's, and local servers found running. */
export function Providers() {
  const [list, setList] = useState<ProviderList | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [editing, setEditing] = useState<Editing>({ kind: 'none' })
  const loadModels = useConversations((state) => state.loadModels)

  const load = useCallback(async () => {
    try {
      setList(await client().providers())
      setProblem(null)
    } catch (error) {
      setProblem(problemOf(error))
    }
  }, [])
  useEffect(() => void load(), [load])
  const changed = () => {
    setEditing({ kind: 'none' })
    void load()
    void loadModels()
  }

  if (problem) {
    return (
      <div role="alert" className="text-small">
        <p className="font-strong text-danger">{problem.message}</p>
        <Button className="mt-3" onClick={() => void load()}>
          Try again
        </Button>
      </div>
    )
  }
  if (!list) return <ProvidersSkeleton />
  return (
    <>
      <ul className="border-line border-y *:border-line [&>*+*]:border-t">
        {list.environment ? (
          <FixedRow name={list.environment.name}>
            Set by whoever runs this server{list.environment.hasKey ? ', with a key' : ', without a key'}
          </FixedRow>
        ) : null}
        {list.local.map((server) => (
          <FixedRow key={server.id} name={server.name} baseUrl={server.baseUrl}>
            Found running on this machine, {server.models === 1 ? '1 model' : `${server.models} models`}
          </FixedRow>
        ))}
        {list.own.map((provider) => (
          <OwnRow
            key={provider.id}
            provider={provider}
            open={editing.kind === 'stored' && editing.id === provider.id}
            onEdit={() => setEditing({ kind: 'stored', id: provider.id })}
            onClose={() => setEditing({ kind: 'none' })}
            onChanged={changed}
          />
        ))}
        {list.own.length + list.local.length === 0 && !list.environment ? (
          <li className="py-4 text-ink-quiet text-small">
            No provider yet. Until there is one, the demo model answers.
          </li>
        ) : null}
      </ul>
      {editing.kind === 'new' ? (
        <ProviderForm provider={null} onSaved={changed} onCancel={() => setEditing({ kind: 'none' })} />
      ) : (
        <Button className="mt-4" onClick={() => setEditing({ kind: 'new' })}>
          <Plus size={16} aria-hidden="true" />
          Add a provider
        </Button>
      )}
    </>
  )
}

function OwnRow({
  provider,
  open,
  onEdit,
  onClose,
  onChanged,
}: {
  provider: Provider
  open: boolean
  onEdit(): void
  onClose(): void
  onChanged(): void
}) {
  return (
    <li>
      {open ? (
        <ProviderForm provider={provider} onSaved={onChanged} onCancel={onClose} />
      ) : (
        <ProviderRow provider={provider} onEdit={onEdit} onDeleted={onChanged} />
      )}
    </li>
  )
}

/** A provider that is not the person's to change. */
function FixedRow({ name, baseUrl, children }: { name: string; baseUrl?: string; children: ReactNode }) {
  return (
    <li className="py-3 text-small">
      <p className="font-strong wrap-anywhere">{name}</p>
      {baseUrl ? <p className="text-ink-quiet wrap-anywhere">{baseUrl}</p> : null}
      <p className="text-ink-quiet text-note">{children}</p>
    </li>
  )
}

function ProvidersSkeleton() {
  return (
    <div aria-busy="true" className="animate-pulse space-y-3 border-line border-y py-4">
      <span className="sr-only">Loading the providers</span>
      <div className="h-4 w-32 rounded-small bg-surface-raised" />
      <div className="h-4 w-64 max-w-full rounded-small bg-surface-raised" />
    </div>
  )
}
