'use client'
import { touchScreen, useMedia } from '@/components/ui/use-media'
import type { Problem } from '@/lib/protocol/events'
import { useConversations } from '@/lib/store/context'
import { newConversationId } from '@/lib/store/types'
import { Composer, focusComposer } from './composer'
import { ModelPicker } from './model-picker'
import { modelFor } from './models'
import type { Tail } from './tail'

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
  const submit = () => {
    if (model === null) return
    void send({ conversationId: isNew ? null : conversationId, text, model })
  }
  return (
    <div className="shrink-0 gutter">
      <div className="column pt-1 pb-[max(1rem,env(safe-area-inset-bottom))]">
        {notSent ? <NotSent problem={notSent} /> : null}
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
          onSend={submit}
          onStop={() => void stop(conversationId)}
        >
          <ModelPicker
            value={model}
            onChange={(next) => void setModel(conversationId, next)}
            focusNext={touch ? undefined : focusComposer}
          />
        </Composer>
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
