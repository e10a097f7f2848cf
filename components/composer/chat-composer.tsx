'use client'
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
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

/** Loaded with the first character typed, or with a conversation. */
const costs = lazyComponent(() => import('./composer-costs'))
const noCosts: Costs = { estimate: null, budgets: [] }

/**
 * The composer of one conversation, with its draft and model. If `floating`, it takes a fixed height and grows over
 * what is below; `onOverlap` says whether it does.
 */
export function ChatComposer({
  conversationId,
  branch,
  floating,
  onInput,
  onOverlap,
}: {
  conversationId: string
  branch: BranchStatus
  floating: boolean
  onInput(): void
  onOverlap(overlaps: boolean): void
}) {
  const text = useConversations((state) => state.drafts[conversationId] ?? '')
  const model = useConversations((state) => modelFor(state, conversationId))
  const enterSends = useConversations((state) => state.settings.enterSends)
  const sendProblem = useConversations((state) => state.conversations[conversationId]?.pending?.problem ?? null)
  const send = useConversations((state) => state.send)
  const stop = useConversations((state) => state.stop)
  const setDraft = useConversations((state) => state.setDraft)
  const setModel = useConversations((state) => state.setModel)

  const touch = useMedia(touchScreen)
  const onFiles = useFileNotice()
  const container = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  useOverlap(floating, container, panel, onOverlap)

  const isNew = conversationId === newConversationId
  const tooLong = text.length > MAX_PROMPT_LENGTH
  const disabledReason = useDisabledReason(text, model)
  const [refusal, setRefusal] = useRefusal(`${conversationId} ${branch.running} ${disabledReason}`)
  const endedGenerationId = branch.running ? null : (branch.generationId ?? '')
  const { component: Lazy } = costs.useComponent(!isNew || text !== '')
  const [{ estimate, budgets }, setCosts] = useState(noCosts)
  const submit = (maxTokens?: number) => {
    if (model === null) return
    void send({ conversationId: isNew ? null : conversationId, text, model, maxTokens })
  }
  const warning = lengthWarning(text.length) ?? refusal
  return (
    <div ref={container} className={floating ? 'relative z-10 h-40 shrink-0 touch:h-42' : 'gutter shrink-0'}>
      <div
        ref={panel}
        className={`column flex flex-col bg-surface pt-1 pb-[env(safe-area-inset-bottom)] ${floating ? 'absolute inset-x-0' : ''}`}
      >
        <div className={`empty:hidden ${floating ? 'order-1 pt-2' : ''}`}>
          {sendProblem ? <SendFailed problem={sendProblem} /> : null}
          {Lazy ? (
            <>
              <Lazy.CostWatcher
                conversationId={conversationId}
                text={tooLong ? '' : text}
                model={model}
                endedGenerationId={endedGenerationId}
                onCosts={setCosts}
              />
              <Lazy.ComposerNotes
                sendProblem={sendProblem}
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
          conversationId={conversationId}
          text={text}
          disabledReason={disabledReason}
          running={branch.running}
          stopping={branch.stopping}
          enterSends={enterSends}
          lastPrompt={branch.lastPrompt}
          minRows={floating ? 2 : 1}
          onText={(next) => {
            onInput()
            setRefusal('')
            setDraft(conversationId, next)
          }}
          onSend={() => submit()}
          onRefused={setRefusal}
          onStop={() => void stop(conversationId)}
          onFiles={onFiles}
        >
          <ModelPicker
            value={model}
            onChange={(next) => void setModel(conversationId, next)}
            focusNext={touch ? undefined : focusComposer}
          />
          {Lazy && estimate ? <Lazy.EstimateLine estimate={estimate} /> : null}
        </Composer>
        {/* The height is fixed, so that a warning moves nothing; on a short screen only a warning takes room. */}
        <div className={`h-7 ${warning ? '' : 'short:invisible short:h-2'}`}>
          <p role="status" className={warning ? 'tabular-nums truncate px-1 text-note text-warn leading-7' : ''}>
            {warning}
          </p>
          {Lazy && !warning ? (
            <Lazy.ComposerFooter
              conversationId={conversationId}
              model={model}
              endedGenerationId={endedGenerationId}
              estimate={estimate}
            />
          ) : null}
        </div>
      </div>
    </div>
  )
}

function useOverlap(
  floating: boolean,
  container: RefObject<HTMLElement | null>,
  panel: RefObject<HTMLElement | null>,
  onOverlap: (overlaps: boolean) => void,
): void {
  useLayoutEffect(() => {
    onOverlap(floating && (panel.current?.offsetHeight ?? 0) > (container.current?.offsetHeight ?? 0))
  })
}

/** Why the text can't be sent, apart from a running reply and an empty text box. */
function useDisabledReason(text: string, model: string | null): string | null {
  const online = useConversations((state) => state.online)
  if (!online) return 'You’re offline. Your draft is saved.'
  if (model === null) return 'Choose a model first.'
  return text.length > MAX_PROMPT_LENGTH ? lengthWarning(text.length) : null
}

/** Why the last attempt to send was refused, as long as `situation` is the same. */
function useRefusal(situation: string): [reason: string, setReason: (reason: string) => void] {
  const [refusal, setRefusal] = useState({ situation, reason: '' })
  if (refusal.situation !== situation) setRefusal({ situation, reason: '' })
  return [refusal.reason, (reason) => setRefusal({ situation, reason })]
}

const formattedLimit = MAX_PROMPT_LENGTH.toLocaleString('en')
/** In characters. */
const WARNING_LENGTH = MAX_PROMPT_LENGTH * 0.9

function lengthWarning(length: number): string | null {
  if (length <= WARNING_LENGTH) return null
  const excess = length - MAX_PROMPT_LENGTH
  return excess > 0
    ? `${excess.toLocaleString()} ${excess === 1 ? 'character' : 'characters'} over the limit of ${formattedLimit}. Shorten it to send.`
    : `${length.toLocaleString()} of ${formattedLimit} characters`
}

/** The store has put the text back into the draft. */
function SendFailed({ problem }: { problem: Problem }) {
  return (
    <div role="alert" className="mb-3 text-small">
      <p className="font-strong text-danger">Not sent: {problem.message}</p>
      <p>Your message is back in the text box.</p>
    </div>
  )
}
