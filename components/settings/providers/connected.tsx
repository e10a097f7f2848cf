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
import { countWords } from '../models'

type Found = { group: ModelGroup } | { problem: Problem }

/** What saving a provider came to: how many models it has, and the way to a conversation with one of them. */
export function Connected({ provider }: { provider: Provider }) {
  const [found, setFound] = useState<Found | null>(null)
  const loadModels = useConversations((state) => state.loadModels)
  const panel = useRef<HTMLDivElement>(null)
  const look = useCallback(async () => {
    panel.current?.focus({ preventScroll: true })
    setFound(null)
    try {
      const { groups } = await client().models()
      const group = groups.find(({ providerId }) => providerId === provider.id)
      if (group) setFound({ group })
      await loadModels()
    } catch (error) {
      setFound({ problem: problemFrom(error) })
    }
  }, [provider.id, loadModels])
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' })
    void look()
  }, [look])
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
        {found === null ? 'Saved. Connecting…' : 'group' in found ? <Said group={found.group} /> : null}
        {found && 'problem' in found ? <p className="text-danger">Saved. {found.problem.message}</p> : null}
      </div>
      {found && 'group' in found ? <Start key={provider.id} group={found.group} onAgain={look} /> : null}
    </div>
  )
}

function Said({ group }: { group: ModelGroup }) {
  const { problem, models, more = 0 } = group
  const count = models.length + more
  const good = problem === null
  const Icon = good ? Check : TriangleAlert
  return (
    <p className="flex gap-2">
      <Icon size={16} className={`mt-0.5 shrink-0 ${good ? 'text-accent' : 'text-warn'}`} aria-hidden="true" />
      <span className="min-w-0 wrap-anywhere">
        {problem
          ? `Saved, but couldn’t load its models. ${problem.message}`
          : count === 0
            ? 'Connected. This server doesn’t list its models.'
            : `Connected. ${countWords(group)}.`}
      </span>
    </p>
  )
}

/** A conversation with its first model that can chat, or with one that is typed where it lists none. */
function Start({ group, onAgain }: { group: ModelGroup; onAgain(): Promise<void> }) {
  const chat = group.models.filter(({ otherTask }) => !otherTask)
  const [typed, setTyped] = useState('')
  const setModel = useConversations((state) => state.setModel)
  const router = useRouter()
  const first = firstChoiceOf(chat) ?? chat[0]
  const start = (model: string) => {
    void setModel(newConversationId, model)
    router.push('/')
  }
  if (first) {
    return (
      <Button variant="primary" className="max-w-full" onClick={() => start(first.id)}>
        <span className="truncate">Start with {first.name}</span>
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
      {group.problem ? <Button onClick={() => void onAgain()}>Try again</Button> : null}
    </form>
  )
}
