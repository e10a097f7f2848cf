'use client'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import { messageElement } from '@/components/message/message-element'
import type { ShownTurn } from '@/lib/client/state/selectors'

/** So many turns at the end are always mounted, and all that come while the conversation is open. */
const alwaysMounted = 4
/** The code of the history may come over a slow network. */
const loadingMs = 10_000
/** In frames. A turn that is gone to is mounted, measured and put in place within some. */
const patience = 90
/** In frames: an element that stands still for so long has found its place. */
const stillness = 5

export interface WindowedTurns {
  history: ShownTurn[]
  recent: ShownTurn[]
  /** How many of the history have come in front since the conversation was opened, and whether some just did. */
  inFront: number
  shift: boolean
  handle: RefObject<VirtualizerHandle | null>
  /** Brings a message of these turns to the top of the sight, and gives its element; null when it does not come. */
  bring(messageId: string): Promise<HTMLElement | null>
}

/** Which of a conversation's turns stand in the page for good, and which only while they are near the sight. */
export function useWindowedTurns(turns: ShownTurn[], content: RefObject<HTMLElement | null>): WindowedTurns {
  const { opened, inFront, shift } = useOpened(turns)
  const handle = useRef<VirtualizerHandle>(null)
  // A shorter branch may have been chosen: its last turn stands for good too.
  const from = Math.max(0, Math.min(opened, turns.length - 1))
  const latest = useRef({ turns, from })
  useEffect(() => {
    latest.current = { turns, from }
  }, [turns, from])

  const bring = useCallback(
    async (messageId: string) => {
      const isHere = ({ promptId, replyIds }: ShownTurn) => promptId === messageId || replyIds.includes(messageId)
      const place = () => latest.current.turns.findIndex(isHere)
      if (place() < 0) return null
      const history = place() < latest.current.from ? await loaded(handle) : null
      // Earlier turns may have come while its code did.
      history?.scrollToIndex(place(), { align: 'start' })
      return await settled(() => messageElement(content.current, messageId))
    },
    [content],
  )
  return { history: turns.slice(0, from), recent: turns.slice(from), inFront, shift, handle, bring }
}

/**
 * How many turns were there when the conversation was opened, but for the last ones, and with those that have come in
 * front since. Another branch may be longer by hundreds: it is windowed anew.
 */
function useOpened(turns: ShownTurn[]) {
  const [seen, setSeen] = useState(() => ({ turns, opened: windowed(turns), inFront: 0, shift: false }))
  if (seen.turns === turns) return seen
  const added = addedInFront(seen.turns, turns)
  const mounted = Math.max(seen.turns.length - seen.opened, alwaysMounted)
  const isFarLonger = added === null && turns.length - seen.opened > mounted + alwaysMounted
  const now = {
    turns,
    opened: isFarLonger ? windowed(turns) : seen.opened + (added ?? 0),
    inFront: seen.inFront + (added ?? 0),
    shift: added !== null && added > 0,
  }
  setSeen(now)
  return now
}

/** How many turns are now in front of those that were there before; null where another branch is shown. */
function addedInFront(before: ShownTurn[], turns: ShownTurn[]): number | null {
  const first = before[0]?.key
  const added = first === undefined ? 0 : turns.findIndex(({ key }) => key === first)
  return added >= 0 && before.every((turn, place) => isSame(turn, turns[added + place])) ? added : null
}

/** Also one that another reply has joined. */
function isSame({ key, replyIds }: ShownTurn, now: ShownTurn | undefined): boolean {
  return now?.key === key && replyIds.every((id, place) => now.replyIds[place] === id)
}

function windowed({ length }: ShownTurn[]): number {
  return Math.max(0, length - alwaysMounted)
}

/** The history's own ways, once its code is here; null when that takes too long. */
async function loaded(handle: RefObject<VirtualizerHandle | null>): Promise<VirtualizerHandle | null> {
  for (const began = performance.now(); !handle.current && performance.now() - began < loadingMs; )
    await new Promise(requestAnimationFrame)
  return handle.current
}

/** Keeps an element at the top of the sight while it is mounted and what is above it is measured. */
async function settled(find: () => HTMLElement | null): Promise<HTMLElement | null> {
  let stood = 0
  let before = Number.NaN
  for (let frame = 0; frame < patience && stood < stillness; frame++) {
    const element = find()
    element?.scrollIntoView({ block: 'start' })
    const top = element?.getBoundingClientRect().top ?? Number.NaN
    stood = Math.abs(top - before) < 1 ? stood + 1 : 0
    before = top
    await new Promise(requestAnimationFrame)
  }
  return find()
}
