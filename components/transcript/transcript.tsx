'use client'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useFindBar, windowedAttribute } from '@/components/find/use-find-bar'
import { useLinkedMessage } from '@/components/message/use-linked-message'
import { transcriptId } from '@/components/ui/composer-focus'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { useConversations } from '@/lib/client/state/context'
import { turnsOf } from '@/lib/client/state/selectors'
import type { PendingTurn } from '@/lib/client/state/types'
import { EARLIER_MESSAGES_HEIGHT, EarlierMessages } from './earlier-messages'
import { JumpToLatest } from './jump-to-latest'
import { LazyVirtualTurns } from './lazy-virtual-turns'
import { ScrollAnchor } from './scroll-anchor'
import { Sending } from './sending'
import { Turn } from './turn'
import { useStickToBottom } from './use-stick-to-bottom'
import { useWindowedTurns } from './use-windowed-turns'

const findBar = lazyComponent(() => import('@/components/find/find-bar').then((module) => module.FindBar))
/** In pixels. */
const PADDING_TOP = 16

/**
 * The messages of one conversation. `key` it by conversation: it opens at the end, without an animation. The last turn
 * fills the viewport once something was sent, so that its prompt scrolls to the top and nothing moves when it ends.
 */
export function Transcript({
  conversationId,
  path,
  pending,
  running,
}: {
  conversationId: string
  path: string[]
  /** A turn being sent, shown after the path. */
  pending: PendingTurn | null
  running: boolean
}) {
  const { scroller, content, growing, isAway, hasNewText, scrollToEnd, stopFollowing } = useStickToBottom()
  const request = pending?.request
  const delayed = pending?.delayed ?? null
  const sentTurnId = request?.kind === 'answer' ? pending?.turnId : undefined

  useLayoutEffect(() => scrollToEnd('instant'), [scrollToEnd])
  const fillsViewport = useFillsViewport(pending, running)
  const lastTurnHeight = fillsViewport ? 'min-h-[calc(100cqh-3.5rem)]' : ''
  useLayoutEffect(() => {
    if (sentTurnId && fillsViewport) scrollToEnd('smooth')
  }, [sentTurnId, fillsViewport, scrollToEnd])
  useStopOnBranchSwitch(path, pending, stopFollowing)

  const turns = useConversations((state) => turnsOf(state, path))
  const earlier = useConversations((state) => state.conversations[conversationId]?.earlier ?? 'here')
  const { virtual, mounted, prepended, shift, handle, scrollToMessage } = useWindowedTurns(turns, content)
  const goToMessage = useCallback(
    (messageId: string) => {
      stopFollowing()
      return scrollToMessage(messageId)
    },
    [stopFollowing, scrollToMessage],
  )
  useLinkedMessage(conversationId, goToMessage)
  // Until its code is loaded, the shortcut opens the browser's own search.
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
          goToMessage={goToMessage}
          onClose={find.close}
        />
      ) : null}
      <div
        ref={scroller}
        id={transcriptId}
        role="log"
        {...{ [windowedAttribute]: virtual.length > 0 || earlier !== 'here' || undefined }}
        aria-label="Conversation"
        aria-live="off"
        tabIndex={-1}
        // The virtualizer corrects the scroll position itself; the browser's scroll anchoring would do so again.
        className={`@container-size h-full scrolls outline-none ${virtual.length > 0 ? '[overflow-anchor:none]' : ''}`}
      >
        <div ref={content} className="column pb-10" style={{ paddingTop: PADDING_TOP }}>
          {earlier === 'here' ? null : <EarlierMessages conversationId={conversationId} />}
          {virtual.length > 0 ? (
            <LazyVirtualTurns
              conversationId={conversationId}
              turns={virtual}
              shift={shift}
              margin={PADDING_TOP + (earlier === 'here' ? 0 : EARLIER_MESSAGES_HEIGHT)}
              scroller={scroller}
              handle={handle}
            />
          ) : null}
          <ScrollAnchor scroller={scroller} element={growing} contentAbove={`${prepended} ${earlier}`} />
          <div ref={growing} className="space-y-8">
            {mounted.map((turn, index) => {
              const last = index === mounted.length - 1 && !sentTurnId
              return (
                <div key={turn.key} className={`space-y-1 ${last ? lastTurnHeight : ''}`}>
                  <Turn conversationId={conversationId} turn={turn} last={last} />
                  {last && request ? <Sending request={request} delayed={delayed} /> : null}
                </div>
              )
            })}
            {sentTurnId && request ? (
              <div key={sentTurnId} className={`space-y-1 ${lastTurnHeight}`}>
                <Sending request={request} delayed={delayed} />
              </div>
            ) : null}
          </div>
        </div>
      </div>
      {isAway ? <JumpToLatest hasNewText={hasNewText} onClick={() => scrollToEnd('smooth')} /> : null}
    </div>
  )
}

/** Whether the last turn is as high as the viewport: once a turn was sent here. A continued reply stays where it is. */
function useFillsViewport(pending: PendingTurn | null, running: boolean): boolean {
  const active = running || pending !== null
  const continues = pending?.request.kind === 'continue'
  const wasActive = useRef(running)
  const [fillsViewport, setFillsViewport] = useState(false)
  useEffect(() => {
    if (active && !wasActive.current && !continues) setFillsViewport(true)
    wasActive.current = active
  }, [active, continues])
  return fillsViewport
}

/** Stops following when the user switches branches, so that the view stays however long the other branch is. */
function useStopOnBranchSwitch(path: string[], pending: PendingTurn | null, stopFollowing: () => void): void {
  const lastPath = useRef(path)
  useLayoutEffect(() => {
    const [first] = lastPath.current
    const start = first === undefined ? 0 : path.indexOf(first)
    const isLonger = lastPath.current.every((id, index) => path[start + index] === id)
    lastPath.current = path
    if (!isLonger && !pending) stopFollowing()
  }, [path, pending, stopFollowing])
}
