'use client'
import { useLayoutEffect, useRef, useState } from 'react'
import { ModelPicker } from '@/components/models/model-picker'
import { modelFor } from '@/components/models/models'
import { useFileNotice } from '@/components/page/use-file-drops'
import type { BranchStatus } from '@/components/transcript/branch-status'
import { focusComposer } from '@/components/ui/composer-focus'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { touchScreen, useMedia } from '@/components/ui/use-media'
import { useConversations } from '@/lib/client/state/context'
import { newConversationId } from '@/lib/client/state/types'
import type { Problem } from '@/lib/protocol/events'
import { MAX_PROMPT_LENGTH } from '@/lib/protocol/prompts'
import { Composer } from './composer'
import type { Costs } from './cost-watcher'

/** All about costs comes with the first word that is written, or with a conversation. */
const costs = lazyComponent(() => import('./composer-costs'))
const unknown: Costs = { estimate: null, budgets: [] }

/**
 * The composer of one conversation: its draft, its model, and what keeps it from being sent. `floating`, it keeps its
 * place while it grows, over what is below it, and tells when it covers that.
 */
export function ChatComposer({
  conversationId,
  tail,
  floating,
  onInput,
  onCovers,
}: {
  conversationId: string
  tail: BranchStatus
  floating: boolean
  onInput(): void
  onCovers(covers: boolean): void
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
  const onFiles = useFileNotice()
  const place = useRef<HTMLDivElement>(null)
  const stack = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    onCovers(floating && (stack.current?.offsetHeight ?? 0) > (place.current?.offsetHeight ?? 0))
  })

  const isNew = conversationId === newConversationId
  const excess = text.length - MAX_PROMPT_LENGTH
  const disabledReason = !online
    ? 'You’re offline. Your draft is saved.'
    : model === null
      ? 'Choose a model first.'
      : excess > 0
        ? lengthWords(text.length)
        : null
  // Why the last attempt to send was refused, for as long as nothing has changed about that.
  const situation = `${conversationId} ${tail.running} ${disabledReason}`
  const [refused, setRefused] = useState({ situation, reason: '' })
  if (refused.situation !== situation) setRefused({ situation, reason: '' })
  // Changes when a reply ends; null while one is written.
  const settled = tail.running ? null : (tail.generationId ?? '')
  // Without them a prompt can be written and sent all the same.
  const { component: parts } = costs.useComponent(!isNew || text !== '')
  const [{ estimate, budgets }, setCosts] = useState(unknown)
  const submit = (maxTokens?: number) => {
    if (model === null) return
    void send({ conversationId: isNew ? null : conversationId, text, model, maxTokens })
  }
  const warning = lengthWords(text.length) ?? refused.reason
  return (
    <div ref={place} className={floating ? 'relative z-10 h-40 shrink-0 touch:h-42' : 'gutter shrink-0'}>
      <div
        ref={stack}
        className={`column flex flex-col bg-surface pt-1 pb-[env(safe-area-inset-bottom)] ${floating ? 'absolute inset-x-0' : ''}`}
      >
        <div className={`empty:hidden ${floating ? 'order-1 pt-2' : ''}`}>
          {notSent ? <NotSent problem={notSent} /> : null}
          {parts ? (
            <>
              <parts.CostWatcher
                conversationId={conversationId}
                text={excess > 0 ? '' : text}
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
        </div>
        <Composer
          place={conversationId}
          text={text}
          disabledReason={disabledReason}
          running={tail.running}
          stopping={tail.stopping}
          enterSends={enterSends}
          lastPrompt={tail.lastPrompt}
          roomy={floating}
          onText={(next) => {
            onInput()
            setRefused({ situation, reason: '' })
            setDraft(conversationId, next)
          }}
          onSend={() => submit()}
          onRefused={(reason) => setRefused({ situation, reason })}
          onStop={() => void stop(conversationId)}
          onFiles={onFiles}
        >
          <ModelPicker
            value={model}
            onChange={(next) => void setModel(conversationId, next)}
            focusNext={touch ? undefined : focusComposer}
          />
          {parts && estimate ? <parts.EstimateLine estimate={estimate} /> : null}
        </Composer>
        {/* Its height is always there, but for a short screen without a warning. */}
        <div className={`h-7 ${warning ? '' : 'short:invisible short:h-2'}`}>
          <p role="status" className={warning ? 'numbers truncate px-1 text-note text-warn leading-7' : ''}>
            {warning}
          </p>
          {parts && !warning ? (
            <parts.ComposerFooter conversationId={conversationId} model={model} settled={settled} estimate={estimate} />
          ) : null}
        </div>
      </div>
    </div>
  )
}

const limit = MAX_PROMPT_LENGTH.toLocaleString('en')
/** In characters: from here on the limit is in sight. */
const NEAR_LIMIT = MAX_PROMPT_LENGTH * 0.9

/** How a long text stands to the limit; null for one that is far from it. */
function lengthWords(length: number): string | null {
  if (length <= NEAR_LIMIT) return null
  const over = length - MAX_PROMPT_LENGTH
  return over > 0
    ? `${over.toLocaleString()} ${over === 1 ? 'character' : 'characters'} over the limit of ${limit}. Shorten it to send.`
    : `${length.toLocaleString()} of ${limit} characters`
}

/** A send that failed: the text is back in the box, and this says why. */
function NotSent({ problem }: { problem: Problem }) {
  return (
    <div role="alert" className="mb-3 text-small">
      <p className="font-strong text-danger">Not sent: {problem.message}</p>
      <p>Your message is back in the text box.</p>
    </div>
  )
}
