'use client'
import { Plus } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { useConversations } from '@/lib/client/state/context'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { Problem } from '@/lib/protocol/events'
import type { Provider, ProviderList } from '@/lib/protocol/providers'
import { Section } from '../section'
import { ProviderForm } from './provider-form'
import { ProviderRow } from './provider-row'
import { SavedProvider } from './saved-provider'

/** What is open in the list: the form of a new or a stored provider, or the result of saving one. */
type Open = { kind: 'none' } | { kind: 'new' } | { kind: 'edit' | 'saved'; id: string }

const addButton = '[data-add]'
const rowButton = ({ id }: Provider) => `[data-provider="${id}"] button`

/** The person's providers, the operator's, and local servers that Rill found. */
export function Providers() {
  return (
    <Section
      slug="providers"
      description="Any OpenAI-compatible API. Keys are encrypted on the server and never sent back to your browser."
    >
      <ProviderListView />
    </Section>
  )
}

function ProviderListView() {
  const { list, problem, load, remove } = useProviders()
  const [open, setOpen] = useState<Open>({ kind: 'none' })
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const close = (focus: string) => {
    setOpen({ kind: 'none' })
    focusAfter(focus)
  }
  if (problem) {
    const retry = () => {
      focusAfter(addButton)
      void load()
    }
    return <LoadProblem problem={problem} onRetry={retry} />
  }
  if (!list) return <ProvidersSkeleton />
  const onSaved = async ({ id }: Provider) => {
    await load()
    setOpen({ kind: 'saved', id })
  }
  const isEmpty = list.own.length + list.local.length === 0 && !list.environment
  return (
    <div ref={container}>
      <ul className="border-line border-y *:border-line [&>*+*]:border-t">
        {list.environment ? (
          <FixedRow name={list.environment.name}>
            Set up by whoever runs this server{list.environment.hasKey ? ', with a key' : ', without a key'}
          </FixedRow>
        ) : null}
        {list.local.map((server) => (
          <FixedRow key={server.id} name={server.name} baseUrl={server.baseUrl}>
            Found running on this machine, {server.models === 1 ? '1 model' : `${server.models} models`}
          </FixedRow>
        ))}
        {list.own.map((provider) => (
          <li key={provider.id} data-provider={provider.id}>
            {open.kind === 'edit' && open.id === provider.id ? (
              <ProviderForm provider={provider} onSaved={onSaved} onCancel={() => close(rowButton(provider))} />
            ) : (
              <ProviderRow
                provider={provider}
                onEdit={() => setOpen({ kind: 'edit', id: provider.id })}
                onDelete={() => remove(provider, () => close(addButton))}
                onKeep={() => focusAfter(`${rowButton(provider)}:last-of-type`)}
              />
            )}
            {open.kind === 'saved' && open.id === provider.id ? (
              <SavedProvider key={provider.id} provider={provider} />
            ) : null}
          </li>
        ))}
        {isEmpty ? (
          <li className="py-4 text-ink-quiet text-small">
            No providers yet. Until you add one, Rill uses the demo model.
          </li>
        ) : null}
      </ul>
      {open.kind === 'new' ? (
        <ProviderForm provider={null} onSaved={onSaved} onCancel={() => close(addButton)} />
      ) : (
        <Button data-add className="mt-4" onClick={() => setOpen({ kind: 'new' })}>
          <Plus size={16} aria-hidden="true" />
          Add a provider
        </Button>
      )}
    </div>
  )
}

/** Loads and deletes providers. `list` is null until it is loaded. */
function useProviders() {
  const [list, setList] = useState<ProviderList | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const loadModels = useConversations((state) => state.loadModels)
  const notify = useConversations((state) => state.notify)
  const load = useCallback(async () => {
    try {
      setList(await client().providers())
      setProblem(null)
    } catch (error) {
      setProblem(problemFrom(error))
    }
  }, [])
  useEffect(() => void load(), [load])
  /** Calls `onDeleted` before the list reloads. @throws {ApiError} when the server refuses. */
  const remove = async ({ id, name }: Provider, onDeleted: () => void) => {
    await client().deleteProvider(id)
    onDeleted()
    await load()
    notify({ id: 'provider', text: `${name} was deleted.`, tone: 'quiet' })
    void loadModels()
  }
  return { list, problem, load, remove }
}

function LoadProblem({ problem, onRetry }: { problem: Problem; onRetry(): void }) {
  return (
    <div role="alert" className="text-small">
      <p className="font-strong text-danger">{problem.message}</p>
      <Button className="mt-3" onClick={onRetry}>
        Try again
      </Button>
    </div>
  )
}

/** A provider that the person can't edit. */
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
      <span className="sr-only">Loading providers…</span>
      <div className="h-4 w-32 rounded-small bg-surface-raised" />
      <div className="h-4 w-64 max-w-full rounded-small bg-surface-raised" />
    </div>
  )
}
