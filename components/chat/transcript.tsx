'use client'
import { ArrowDown } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { StreamLine } from '@/components/ui/stream-line'
import type { Message } from '@/lib/protocol/messages'
import { useConversations } from '@/lib/store/context'
import type { Asked, PendingTurn } from '@/lib/store/types'
import { Prompt, PromptText } from './prompt'
import { Reply } from './reply'
import { useFollow } from './use-follow'

interface Turn {
  key: string
  promptId: string | null
  replyIds: string[]
}

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
  const { scroller, content, away, fresh, toEnd } = useFollow()
  const active = running || pending !== null
  const wasActive = useRef(running)
  const [roomy, setRoomy] = useState(false)

  useLayoutEffect(() => toEnd('at once'), [toEnd])
  const asked = pending?.asked
  const goesOn = asked?.kind === 'continue'
  useEffect(() => {
    // One that is continued stays where it is.
    if (active && !wasActive.current && !goesOn) setRoomy(true)
    wasActive.current = active
  }, [active, goesOn])
  const sent = asked?.kind === 'answer' ? pending?.turnId : undefined
  useLayoutEffect(() => {
    if (sent && roomy) toEnd('gliding')
  }, [sent, roomy, toEnd])

  const roles = useConversations(useShallow((state) => path.map((id) => state.messages[id]?.role)))
  const turns = turnsOf(path, roles)
  if (sent) turns.push({ key: sent, promptId: null, replyIds: [] })
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        id="transcript"
        role="log"
        aria-label="Conversation"
        aria-live="off"
        tabIndex={-1}
        className="@container-size h-full scrolls outline-none"
      >
        <div ref={content} className="column space-y-8 pt-4 pb-10">
          {turns.map((turn, index) => {
            const last = index === turns.length - 1
            return (
              <div key={turn.key} className={`space-y-1 ${last && roomy ? 'min-h-[calc(100cqh-3.5rem)]' : ''}`}>
                {turn.promptId ? <Prompt conversationId={conversationId} messageId={turn.promptId} /> : null}
                {turn.replyIds.map((id) => (
                  <Reply key={id} conversationId={conversationId} messageId={id} last={last} />
                ))}
                {last && asked ? <Sending asked={asked} /> : null}
              </div>
            )
          })}
        </div>
      </div>
      {away ? (
        <div className="gutter pointer-events-none absolute inset-x-0 bottom-0">
          <div className="column flex justify-end px-1 pt-1 pb-3">
            <button
              type="button"
              aria-label={fresh ? 'Go to the end, there is new text' : 'Go to the end'}
              title="Go to the end"
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
function Sending({ asked }: { asked: Asked }) {
  if (asked.kind === 'continue') return null
  return (
    <>
      {asked.kind === 'answer' ? (
        <div className="flex flex-col items-end">
          <PromptText text={asked.text} />
          <div className="h-8 touch:h-11" />
        </div>
      ) : null}
      <div className="relative">
        <StreamLine status="running" className="inset-y-1 -start-3 sm:-start-5" />
        <p className="flex h-8 touch:h-11 items-center text-small text-ink-quiet">Sending</p>
      </div>
    </>
  )
}

/** A prompt and what answers it, together. */
function turnsOf(path: string[], roles: (Message['role'] | undefined)[]): Turn[] {
  const turns: Turn[] = []
  path.forEach((id, place) => {
    const turn = turns.at(-1)
    if (roles[place] === 'user') turns.push({ key: id, promptId: id, replyIds: [] })
    else if (turn) turn.replyIds.push(id)
    else turns.push({ key: id, promptId: null, replyIds: [id] })
  })
  return turns
}
