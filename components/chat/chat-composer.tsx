'use client'
import { touchScreen, useMedia } from '@/components/ui/use-media'
import { useConversations } from '@/lib/store/context'
import { newConversationId } from '@/lib/store/types'
import { Composer, focusComposer } from './composer'
import { ComposerFoot } from './composer-foot'
import { ComposerNotes } from './composer-notes'
import { EstimateLine } from './estimate-line'
import { ModelPicker } from './model-picker'
import { modelFor } from './models'
import type { Tail } from './tail'
import { useBudgets } from './use-budgets'
import { useEstimate } from './use-estimate'

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
  const estimate = useEstimate(conversationId, text, model, settled)
  const budgets = useBudgets(settled)
  const submit = (maxTokens?: number) => {
    if (model === null) return
    void send({ conversationId: isNew ? null : conversationId, text, model, maxTokens })
  }
  return (
    <div className="shrink-0 gutter">
      <div className="column pt-1 pb-[env(safe-area-inset-bottom)]">
        <ComposerNotes
          notSent={notSent}
          estimate={estimate}
          budgets={budgets}
          onSendShorter={(maxTokens) => {
            submit(maxTokens)
            if (!touch) focusComposer()
          }}
        />
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
          {estimate ? <EstimateLine estimate={estimate} /> : null}
        </Composer>
        <ComposerFoot conversationId={conversationId} model={model} settled={settled} estimate={estimate} />
      </div>
    </div>
  )
}
