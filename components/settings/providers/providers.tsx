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
import { Connected } from './connected'
import { ProviderForm } from './provider-form'
import { ProviderRow } from './provider-row'

/** What is open in the list: the form of a provider, or what saving one came to. */
type Open = { kind: 'none' } | { kind: 'new' } | { kind: 'edit' | 'saved'; id: string }

const addButton = '[data-add]'

/** The person's providers, the operator's, and local servers found running. */
export function Providers() {
  return (
    <Section
      slug="providers"
      words="Any OpenAI-compatible API. Keys are encrypted on the server and never sent back to your browser."
    >
      <ProviderLists />
    </Section>
  )
}

function ProviderLists() {
  const [list, setList] = useState<ProviderList | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [open, setOpen] = useState<Open>({ kind: 'none' })
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
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
  const close = (next: string) => {
    setOpen({ kind: 'none' })
    focusAfter(next)
  }
  const saved = async (provider: Provider) => {
    await load()
    setOpen({ kind: 'saved', id: provider.id })
  }
  const deleted = async ({ name }: Provider) => {
    close(addButton)
    await load()
    notify({ id: 'provider', text: `${name} was deleted.`, tone: 'quiet' })
    void loadModels()
  }

  const retry = () => {
    focusAfter(addButton)
    void load()
  }
  if (problem) {
    return (
      <div role="alert" className="text-small">
        <p className="font-strong text-danger">{problem.message}</p>
        <Button className="mt-3" onClick={retry}>
          Try again
        </Button>
      </div>
    )
  }
  if (!list) return <ProvidersSkeleton />
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
              <ProviderForm
                provider={provider}
                onSaved={saved}
                onCancel={() => close(`[data-provider="${provider.id}"] button`)}
              />
            ) : (
              <ProviderRow
                provider={provider}
                onEdit={() => setOpen({ kind: 'edit', id: provider.id })}
                onDelete={async () => {
                  await client().deleteProvider(provider.id)
                  await deleted(provider)
                }}
                onKept={() => focusAfter(`[data-provider="${provider.id}"] button:last-of-type`)}
              />
            )}
            {open.kind === 'saved' && open.id === provider.id ? (
              <Connected key={provider.id} provider={provider} />
            ) : null}
          </li>
        ))}
        {list.own.length + list.local.length === 0 && !list.environment ? (
          <li className="py-4 text-ink-quiet text-small">
            No providers yet. Until you add one, Rill uses the demo model.
          </li>
        ) : null}
      </ul>
      {open.kind === 'new' ? (
        <ProviderForm provider={null} onSaved={saved} onCancel={() => close(addButton)} />
      ) : (
        <Button data-add className="mt-4" onClick={() => setOpen({ kind: 'new' })}>
          <Plus size={16} aria-hidden="true" />
          Add a provider
        </Button>
      )}
    </div>
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
      <span className="sr-only">Loading providers…</span>
      <div className="h-4 w-32 rounded-small bg-surface-raised" />
      <div className="h-4 w-64 max-w-full rounded-small bg-surface-raised" />
    </div>
  )
}
