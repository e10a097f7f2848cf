'use client'
import { Check, TriangleAlert } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/text-field'
import { useConversations } from '@/lib/client/state/context'
import { newConversationId } from '@/lib/client/state/types'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { ModelGroup } from '@/lib/protocol/api'
import { firstChoiceOf } from '@/lib/protocol/chat-models'
import type { Problem } from '@/lib/protocol/events'
import type { Provider } from '@/lib/protocol/providers'
import { prefixOf } from '@/lib/protocol/references'
import { formatModelCount } from '../models'

type Connection = { group: ModelGroup } | { problem: Problem }

/** The result of saving a provider: how many models it has, and a button to start a conversation with one. */
export function SavedProvider({ provider }: { provider: Provider }) {
  const [connection, setConnection] = useState<Connection | null>(null)
  const loadModels = useConversations((state) => state.loadModels)
  const panel = useRef<HTMLDivElement>(null)
  const connect = useCallback(async () => {
    panel.current?.focus({ preventScroll: true })
    setConnection(null)
    try {
      const { groups } = await client().models()
      const group = groups.find(({ providerId }) => providerId === provider.id)
      if (group) setConnection({ group })
      await loadModels()
    } catch (error) {
      setConnection({ problem: problemFrom(error) })
    }
  }, [provider.id, loadModels])
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' })
    void connect()
  }, [connect])
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset takes no focus.
    <div
      ref={panel}
      role="group"
      aria-label={`${provider.name} was saved`}
      tabIndex={-1}
      className="mb-4 scroll-mb-6 space-y-3 rounded-medium bg-surface-raised px-4 py-3 text-small outline-none"
    >
      <div role="status">
        {connection === null ? (
          'Saved. Connecting…'
        ) : 'group' in connection ? (
          <ConnectionStatus group={connection.group} />
        ) : (
          <p className="text-danger">Saved. {connection.problem.message}</p>
        )}
      </div>
      {connection && 'group' in connection ? (
        <StartConversation key={provider.id} group={connection.group} onRetry={connect} />
      ) : null}
    </div>
  )
}

function ConnectionStatus({ group }: { group: ModelGroup }) {
  const { problem, models, more = 0 } = group
  const count = models.length + more
  const Icon = problem === null ? Check : TriangleAlert
  return (
    <p className="flex gap-2">
      <Icon
        size={16}
        className={`mt-0.5 shrink-0 ${problem === null ? 'text-accent' : 'text-warn'}`}
        aria-hidden="true"
      />
      <span className="min-w-0 wrap-anywhere">
        {problem
          ? `Saved, but couldn’t load its models. ${problem.message}`
          : count === 0
            ? 'Connected. This server doesn’t list its models.'
            : `Connected. ${formatModelCount(group)}.`}
      </span>
    </p>
  )
}

/** Starts a conversation with a suggested model, or with a typed one if the provider lists none that can chat. */
function StartConversation({ group, onRetry }: { group: ModelGroup; onRetry(): Promise<void> }) {
  const chatModels = group.models.filter(({ otherTask }) => !otherTask)
  const [typed, setTyped] = useState('')
  const setModel = useConversations((state) => state.setModel)
  const router = useRouter()
  const suggested = firstChoiceOf(chatModels) ?? chatModels[0]
  const start = (model: string) => {
    void setModel(newConversationId, model)
    router.push('/')
  }
  if (suggested) {
    return (
      <Button variant="primary" className="max-w-full" onClick={() => start(suggested.id)}>
        <span className="truncate">Start with {suggested.name}</span>
      </Button>
    )
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() !== '') start(prefixOf(group) + typed.trim())
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-wrap items-end gap-2">
      <TextField
        className="min-w-48 flex-1"
        label="Model ID"
        required
        maxLength={200}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder="As the provider writes it"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      <Button type="submit" variant="primary">
        Start a conversation
      </Button>
      {group.problem ? <Button onClick={() => void onRetry()}>Try again</Button> : null}
    </form>
  )
}
