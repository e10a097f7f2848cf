'use client'
import Link from 'next/link'
import { useEffect, useState } from 'react'
import { insertStarter } from '@/components/composer/insert-text'
import { modelFor, modelName } from '@/components/models/models'
import { tooltip } from '@/components/ui/tooltip'
import { useConversations } from '@/lib/client/state/context'
import type { ModelList } from '@/lib/protocol/api'
import { groupServing } from '@/lib/protocol/references'

/** Prompts to begin with. One that ends in blank lines goes before the text in the composer, the others after it. */
const starters = [
  { title: 'Explain an idea', text: 'Explain how a river finds its way to the sea, for a curious ten-year-old.' },
  { title: 'Write some code', text: 'Write a Python function that groups words that are anagrams, with tests.' },
  { title: 'Compare in a table', text: 'Compare trains, planes and cars for a journey of 600 km, as a table.' },
  { title: 'Summarize a text', text: 'Summarize this text in five sentences:\n\n' },
]

/** The heading above the composer of an empty conversation. */
export function WelcomeHeading() {
  return (
    <div className="flex min-h-fit flex-[2_0_0px] flex-col justify-end pt-8 pb-4">
      <h1 className="column font-strong text-title">What can I help with?</h1>
    </div>
  )
}

/** What is below the composer: starters, and a note about the model. Hidden while the composer overlaps them. */
export function Starters({ conversationId, hidden }: { conversationId: string; hidden: boolean }) {
  const models = useConversations((state) => state.models)
  const model = useConversations((state) => modelFor(state, conversationId))
  const loading = useModelsLoading(models)
  return (
    <div
      className={`min-h-fit flex-[3_0_0px] pt-3 pb-6 transition-[opacity,visibility] ${hidden ? 'invisible opacity-0' : ''}`}
    >
      <div className="column">
        <ul aria-label="Ways to start" className="flex flex-wrap gap-2">
          {starters.map(({ title, text }) => (
            <li key={title}>
              <button
                type="button"
                {...tooltip(text.trim())}
                onClick={() => insertStarter(text, starters)}
                className="h-8 touch:h-11 rounded-full border border-line px-3 text-ink-quiet text-small transition-colors hover:border-line-strong hover:text-ink"
              >
                {title}
              </button>
            </li>
          ))}
        </ul>
        {models ? <ModelNote models={models} model={model} loading={loading} /> : null}
      </div>
    </div>
  )
}

/**
 * Whether a provider's model list is still unknown. The page comes with the lists the server had by then, so they are
 * loaded once more before a provider counts as having none.
 */
function useModelsLoading(models: ModelList | null): boolean {
  const loadModels = useConversations((state) => state.loadModels)
  const [reloaded, setReloaded] = useState(false)
  const loading = !reloaded && models !== null && hasUnknownList(models)
  useEffect(() => {
    if (loading) void loadModels().then(() => setReloaded(true))
  }, [loading, loadModels])
  return loading
}

function hasUnknownList({ groups }: ModelList): boolean {
  return groups.some(({ kind, models, problem }) => kind !== 'demo' && models.length === 0 && problem === null)
}

/** Says that the demo replies, or why the chosen provider doesn't. */
function ModelNote({ models, model, loading }: { models: ModelList; model: string | null; loading: boolean }) {
  const chosen = useConversations((state) => state.settings.defaultModel)
  const group = model === null ? undefined : groupServing(models.groups, model)
  // The demo is a fallback only if the user didn't choose it.
  const unavailable = chosen === model ? undefined : models.groups.find(({ problem }) => problem !== null)
  if (model !== null && !group)
    return <Note isWarning>The provider of {modelName(models, model)} is gone. Choose another model above.</Note>
  if (group && group.kind !== 'demo') {
    if (!group.problem) return null
    return (
      <Note isWarning>
        {group.name} isn’t responding. {group.problem.message} Choose another model above, or{' '}
        <ProvidersLink>check the provider</ProvidersLink>.
      </Note>
    )
  }
  if (unavailable) {
    return (
      <Note isWarning>
        {unavailable.name} isn’t responding, so you’re using Rill’s built-in demo, which isn’t a real language model.{' '}
        {unavailable.problem?.message} <ProvidersLink>Check the provider</ProvidersLink>.
      </Note>
    )
  }
  if (loading) return null
  const local = models.groups.find(({ kind, models: listed }) => kind === 'local' && listed.length > 0)
  return (
    <Note>
      You’re using Rill’s built-in demo, which isn’t a real language model.{' '}
      <ProvidersLink>Add an API key or a local server</ProvidersLink> to get real answers
      {local ? `, or choose a model from ${local.name}, which is running on this machine.` : '.'}
    </Note>
  )
}

function Note({ isWarning = false, children }: { isWarning?: boolean; children: React.ReactNode }) {
  return (
    <p
      className={`mt-5 max-w-measure text-pretty text-small wrap-anywhere ${isWarning ? 'text-warn' : 'text-ink-quiet'}`}
    >
      {children}
    </p>
  )
}

function ProvidersLink({ children }: { children: React.ReactNode }) {
  return (
    <Link href="/settings/providers" className="text-accent underline underline-offset-3">
      {children}
    </Link>
  )
}
