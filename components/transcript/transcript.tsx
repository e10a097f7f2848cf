'use client'
import { ArrowDown } from 'lucide-react'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useFindBar, windowedAttribute } from '@/components/find/use-find-bar'
import { PromptText } from '@/components/message/prompt'
import { useLinkedMessage } from '@/components/message/use-linked-message'
import { transcriptId } from '@/components/ui/composer-focus'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { StreamLine } from '@/components/ui/stream/stream-line'
import { tooltip } from '@/components/ui/tooltip'
import { useConversations } from '@/lib/client/state/context'
import { turnsOf } from '@/lib/client/state/selectors'
import type { PendingTurn, TurnRequest } from '@/lib/client/state/types'
import { EARLIER_MESSAGES_HEIGHT, EarlierMessages } from './earlier-messages'
import { LazyVirtualTurns } from './lazy-virtual-turns'
import { ScrollAnchor } from './scroll-anchor'
import { Turn } from './turn'
import { useStickToBottom } from './use-stick-to-bottom'
import { useWindowedTurns } from './use-windowed-turns'

const findBar = lazyComponent(() => import('@/components/find/find-bar').then((module) => module.FindBar))
/** In pixels. */
const paddingAbove = 16

/**
 * The messages of one conversation. `key` it by conversation: it opens at the end, with no animation.
 * A turn that is sent here gets a screen of its own, so its prompt can stand near the top with room below;
 * the room stays when the reply ends, and nothing moves.
 */
export function Transcript({
  conversationId,
  path,
  pending,
  running,
}: {
  conversationId: string
  path: string[]
  /** A turn on its way, shown after the path. */
  pending: PendingTurn | null
  running: boolean
}) {
  const { scroller, content, growing, away, fresh, toEnd, letGo } = useStickToBottom()
  const active = running || pending !== null
  const wasActive = useRef(running)
  const [roomy, setRoomy] = useState(false)
  const room = roomy ? 'min-h-[calc(100cqh-3.5rem)]' : ''

  useLayoutEffect(() => toEnd('at once'), [toEnd])
  const request = pending?.request
  const delayed = pending?.delayed ?? null
  const goesOn = request?.kind === 'continue'
  useEffect(() => {
    // One that is continued stays where it is.
    if (active && !wasActive.current && !goesOn) setRoomy(true)
    wasActive.current = active
  }, [active, goesOn])
  const sent = request?.kind === 'answer' ? pending?.turnId : undefined
  useLayoutEffect(() => {
    if (sent && roomy) toEnd('gliding')
  }, [sent, roomy, toEnd])

  useStaysOnSwitch(path, pending, letGo)
  const turns = useConversations((state) => turnsOf(state, path))
  const earlier = useConversations((state) => state.conversations[conversationId]?.earlier ?? 'here')
  const { history, recent, inFront, shift, handle, bring } = useWindowedTurns(turns, content)
  const goTo = useCallback(
    (messageId: string) => {
      letGo()
      return bring(messageId)
    },
    [letGo, bring],
  )
  useLinkedMessage(conversationId, goTo)
  // Without its code, the browser's own search opens.
  const { component: FindBar } = findBar.useComponent()
  const find = useFindBar(FindBar !== null)
  return (
    <div className="relative min-h-0 flex-1">
      {find.open && FindBar ? (
        <FindBar
          selected={find.selected}
          path={path}
          earlier={earlier}
          content={content}
          bring={goTo}
          onClose={find.close}
        />
      ) : null}
      <div
        ref={scroller}
        id={transcriptId}
        role="log"
        {...{ [windowedAttribute]: history.length > 0 || earlier !== 'here' || undefined }}
        aria-label="Conversation"
        aria-live="off"
        tabIndex={-1}
        // What the history measures, it makes up for itself; the browser must not do so once more.
        className={`@container-size h-full scrolls outline-none ${history.length > 0 ? '[overflow-anchor:none]' : ''}`}
      >
        <div ref={content} className="column pb-10" style={{ paddingTop: paddingAbove }}>
          {earlier === 'here' ? null : <EarlierMessages conversationId={conversationId} />}
          {history.length > 0 ? (
            <LazyVirtualTurns
              conversationId={conversationId}
              turns={history}
              shift={shift}
              margin={paddingAbove + (earlier === 'here' ? 0 : EARLIER_MESSAGES_HEIGHT)}
              scroller={scroller}
              handle={handle}
            />
          ) : null}
          <ScrollAnchor scroller={scroller} element={growing} above={`${inFront} ${earlier}`} />
          <div ref={growing} className="space-y-8">
            {recent.map((turn, index) => {
              const last = index === recent.length - 1 && !sent
              return (
                <div key={turn.key} className={`space-y-1 ${last ? room : ''}`}>
                  <Turn conversationId={conversationId} turn={turn} last={last} />
                  {last && request ? <Sending request={request} delayed={delayed} /> : null}
                </div>
              )
            })}
            {sent && request ? (
              <div key={sent} className={`space-y-1 ${room}`}>
                <Sending request={request} delayed={delayed} />
              </div>
            ) : null}
          </div>
        </div>
      </div>
      {away ? (
        <div className="gutter pointer-events-none absolute inset-x-0 -bottom-6">
          <div className="column flex justify-end px-1 pt-6 pb-9">
            <button
              type="button"
              aria-label={fresh ? 'Jump to latest (new text)' : 'Jump to latest'}
              {...tooltip('Jump to latest', { side: 'above' })}
              onClick={() => toEnd('gliding')}
              className="pointer-events-auto relative flex size-9 touch:size-11 items-center justify-center rounded-full border border-line bg-surface text-ink-quiet shadow-float transition-colors hover:text-ink"
            >
              <ArrowDown size={18} aria-hidden="true" />
              {fresh ? <span className="absolute end-0 top-0 size-2.5 rounded-full bg-accent" /> : null}
            </button>
          </div>
        </div>
      ) : null}
    </div>
  )
}

/** What is on its way: a prompt, or another reply to the one above. The reply's place says so. */
function Sending({ request, delayed }: { request: TurnRequest; delayed: string | null }) {
  if (request.kind === 'continue') return null
  return (
    <>
      {request.kind === 'answer' ? (
        <div className="flex flex-col items-end">
          <PromptText text={request.text} />
          <div className="h-8 touch:h-11" />
        </div>
      ) : null}
      <div className="relative">
        <StreamLine status="running" paused={delayed !== null} className="inset-y-1 -start-3 sm:-start-5" />
        <p className="flex min-h-8 touch:min-h-11 items-center text-small text-ink-quiet">{delayed ?? 'Sending'}</p>
      </div>
    </>
  )
}

/** Who chooses another branch goes on looking at the same place, however long that branch is. */
function useStaysOnSwitch(path: string[], pending: PendingTurn | null, letGo: () => void): void {
  const before = useRef(path)
  useLayoutEffect(() => {
    const [first] = before.current
    const from = first === undefined ? 0 : path.indexOf(first)
    const longer = before.current.every((id, place) => path[from + place] === id)
    before.current = path
    if (!longer && !pending) letGo()
  }, [path, pending, letGo])
}
