'use client'
import Link from 'next/link'
import type { ModelGroup, ModelList } from '@/lib/protocol/api'
import { groupServing } from '@/lib/protocol/references'
import { useConversations } from '@/lib/store/context'
import { modelFor, modelName } from './models'

const starters = [
  { title: 'Explain an idea', text: 'Explain how a river finds its way to the sea, for a curious ten-year-old.' },
  { title: 'Write some code', text: 'Write a Python function that groups words that are anagrams, with tests.' },
  { title: 'Compare in a table', text: 'Compare trains, planes and cars for a journey of 600 km, as a table.' },
  { title: 'Summarize a text', text: 'Summarize this text in five sentences:\n\n' },
]

/** An empty conversation: a line of welcome, four starters that fill the box, and what answers. */
export function Welcome({ conversationId, onStart }: { conversationId: string; onStart(text: string): void }) {
  const models = useConversations((state) => state.models)
  const model = useConversations((state) => modelFor(state, conversationId))
  return (
    <div className="min-h-0 flex-1 scrolls">
      <div className="column flex min-h-full flex-col justify-end pt-8 pb-6 sm:justify-center sm:pb-16">
        <h1 className="font-strong text-title">Where shall we begin?</h1>
        {models ? <RunsOn models={models} model={model} /> : null}
        <ul className="mt-8 grid gap-x-6 sm:grid-cols-2">
          {starters.map((starter) => (
            <li key={starter.title} className="border-line border-t">
              <button
                type="button"
                onClick={() => onStart(starter.text)}
                className="group flex w-full flex-col gap-0.5 rounded-small py-3 text-start text-small"
              >
                <span className="font-strong group-hover:text-accent">{starter.title}</span>
                <span className="text-ink-quiet">{starter.text.trim()}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

/** Says what answers, and what is wrong when it does not; with the demo model plainly so, and how to get a real one. */
function RunsOn({ models, model }: { models: ModelList; model: string | null }) {
  const group = model === null ? undefined : groupServing(models.groups, model)
  const local = models.groups.find((each) => each.kind === 'local' && each.models.length > 0)
  if (model !== null && group?.kind !== 'demo') return <RealModel models={models} model={model} group={group} />
  return (
    <p className="mt-2 max-w-[34rem] text-pretty text-ink-quiet">
      Rill’s own demo model answers here: a small program for trying the app, not a language model. For real answers,{' '}
      <Link href="/settings#providers" className="text-accent underline underline-offset-3">
        add a key or a base URL
      </Link>
      {local ? `, or choose a model of ${local.name}, found running on this machine.` : '.'}
    </p>
  )
}

function RealModel({ models, model, group }: { models: ModelList; model: string; group: ModelGroup | undefined }) {
  const name = modelName(models, model)
  const settings = (
    <Link href="/settings#providers" className="text-accent underline underline-offset-3">
      check the provider
    </Link>
  )
  return (
    <p className="mt-2 max-w-[34rem] text-pretty text-ink-quiet wrap-anywhere">
      {group?.problem ? (
        <>
          {group.name} does not answer now. {group.problem.message} To go on, choose another model below or {settings}.
        </>
      ) : group ? (
        `${name} answers here (${group.name}).`
      ) : (
        `The provider of ${name} is gone. Choose another model below.`
      )}
    </p>
  )
}
