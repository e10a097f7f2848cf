'use client'
import { useState } from 'react'
import { lazily } from '@/components/ui/lazily'
import { touchScreen, useMedia } from '@/components/ui/use-media'
import type { Problem } from '@/lib/protocol/events'
import { useConversations } from '@/lib/store/context'
import { newConversationId } from '@/lib/store/types'
import { Composer, focusComposer } from './composer'
import type { Costs } from './cost-watch'
import { ModelPicker } from './model-picker'
import { modelFor } from './models'
import type { Tail } from './tail'

/** All about costs comes with the first word that is written, or with a conversation. */
const costs = lazily(() => import('./composer-costs'))
const unknown: Costs = { estimate: null, budgets: [] }

/** The composer of one conversation: its draft, its model, and what hinders sending. */
export function ChatComposer({
  conversationId,
  tail,
  onInput,
}: {
  conversationId: string
  tail: Tail
  onInput(): void
}) {
  const text = useConversations((state) => state.drafts[conversationId] ?? '')
  const model = useConversations((state) => modelFor(state, conversationId))
  const enterSends = useConversations((state) => state.settings.enterSends)
  const online = useConversations((state) => state.online)
  const notSent = useConversations((state) => state.conversations[conversationId]?.pending?.problem ?? null)
  const send = useConversations((state) => state.send)
  const stop = useConversations((state) => state.stop)
  const setDraft = useConversations((state) => state.setDraft)
  const setModel = useConversations((state) => state.setModel)

  const touch = useMedia(touchScreen)

  const isNew = conversationId === newConversationId
  const hindrance = !online
    ? 'You are offline. What you write stays here.'
    : model === null
      ? 'Choose a model first.'
      : null
  // Changes when a reply ends; null while one is written.
  const settled = tail.running ? null : (tail.generationId ?? '')
  // Without them a prompt can be written and sent all the same.
  const { component: parts } = costs.useIt(!isNew || text !== '')
  const [{ estimate, budgets }, setCosts] = useState(unknown)
  const submit = (maxTokens?: number) => {
    if (model === null) return
    void send({ conversationId: isNew ? null : conversationId, text, model, maxTokens })
  }
  return (
    <div className="shrink-0 gutter">
      <div className="column pt-1 pb-[env(safe-area-inset-bottom)]">
        {notSent ? <NotSent problem={notSent} /> : null}
        {parts ? (
          <>
            <parts.CostWatch
              conversationId={conversationId}
              text={text}
              model={model}
              settled={settled}
              onCosts={setCosts}
            />
            <parts.ComposerNotes
              notSent={notSent}
              estimate={estimate}
              budgets={budgets}
              onSendShorter={(maxTokens) => {
                submit(maxTokens)
                if (!touch) focusComposer()
              }}
            />
          </>
        ) : null}
        <Composer
          place={conversationId}
          text={text}
          hindrance={hindrance}
          running={tail.running}
          stopping={tail.stopping}
          enterSends={enterSends}
          lastPrompt={tail.lastPrompt}
          onText={(next) => {
            onInput()
            setDraft(conversationId, next)
          }}
          onSend={() => submit()}
          onStop={() => void stop(conversationId)}
        >
          <ModelPicker
            value={model}
            onChange={(next) => void setModel(conversationId, next)}
            focusNext={touch ? undefined : focusComposer}
          />
          {parts && estimate ? <parts.EstimateLine estimate={estimate} /> : null}
        </Composer>
        {/* Its height is always there. */}
        <div className="h-7">
          {parts ? (
            <parts.ComposerFoot conversationId={conversationId} model={model} settled={settled} estimate={estimate} />
          ) : null}
        </div>
      </div>
    </div>
  )
}

/** A send that failed: the text is back in the box, and this says why. */
function NotSent({ problem }: { problem: Problem }) {
  return (
    <div role="alert" className="mb-3 text-small">
      <p className="font-strong text-danger">Not sent: {problem.message}</p>
      <p>Your text is back in the box.</p>
    </div>
  )
}
