'use client'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import { messageElement } from '@/components/message/message-element'
import type { ShownTurn } from '@/lib/client/state/selectors'

/** At the end of the conversation as it was opened. All later turns are always mounted too. */
const ALWAYS_MOUNTED_TURNS = 4
/** The code of the virtualizer may come over a slow network. */
const LOAD_TIMEOUT_MS = 10_000
/** Within these a turn is mounted, measured and placed. */
const MAX_FRAMES = 90
/** An element that hasn't moved for this long is in its place. */
const STABLE_FRAMES = 5

export interface WindowedTurns {
  /** The older turns, mounted only near the viewport. */
  virtual: ShownTurn[]
  /** The newest turns, always mounted. */
  mounted: ShownTurn[]
  /** How many turns were prepended since the conversation opened. */
  prepended: number
  /** Turns were prepended since the last render. */
  shift: boolean
  handle: RefObject<VirtualizerHandle | null>
  /** Scrolls a message to the top of the viewport and returns its element; null if it can't be mounted. */
  scrollToMessage(messageId: string): Promise<HTMLElement | null>
}

/** Splits the turns of a conversation into virtual and always mounted ones. */
export function useWindowedTurns(turns: ShownTurn[], content: RefObject<HTMLElement | null>): WindowedTurns {
  const { virtualCount, prepended, shift } = useVirtualCount(turns)
  const handle = useRef<VirtualizerHandle>(null)
  // On a shorter branch, the last turn is always mounted too.
  const start = Math.max(0, Math.min(virtualCount, turns.length - 1))
  const latest = useRef({ turns, start })
  useEffect(() => {
    latest.current = { turns, start }
  }, [turns, start])

  const scrollToMessage = useCallback(
    async (messageId: string) => {
      const holdsMessage = ({ promptId, replyIds }: ShownTurn) => promptId === messageId || replyIds.includes(messageId)
      const index = () => latest.current.turns.findIndex(holdsMessage)
      if (index() < 0) return null
      const virtualizer = index() < latest.current.start ? await loadedVirtualizer(handle) : null
      // The index is read again: turns may have been prepended while the code loaded.
      virtualizer?.scrollToIndex(index(), { align: 'start' })
      return await scrollUntilStable(() => messageElement(content.current, messageId))
    },
    [content],
  )
  return { virtual: turns.slice(0, start), mounted: turns.slice(start), prepended, shift, handle, scrollToMessage }
}

/**
 * How many turns are virtual: all but the last few when the conversation opened, and all prepended since. A branch that
 * is much longer is split again as if it had just opened.
 */
function useVirtualCount(turns: ShownTurn[]) {
  const [last, setLast] = useState(() => ({ turns, virtualCount: initialCount(turns), prepended: 0, shift: false }))
  if (last.turns === turns) return last
  const added = prependedCount(last.turns, turns)
  const mounted = Math.max(last.turns.length - last.virtualCount, ALWAYS_MOUNTED_TURNS)
  const isMuchLonger = added === null && turns.length - last.virtualCount > mounted + ALWAYS_MOUNTED_TURNS
  const next = {
    turns,
    virtualCount: isMuchLonger ? initialCount(turns) : last.virtualCount + (added ?? 0),
    prepended: last.prepended + (added ?? 0),
    shift: added !== null && added > 0,
  }
  setLast(next)
  return next
}

function initialCount({ length }: ShownTurn[]): number {
  return Math.max(0, length - ALWAYS_MOUNTED_TURNS)
}

/** How many turns were prepended; null if another branch is shown. */
function prependedCount(before: ShownTurn[], turns: ShownTurn[]): number | null {
  const first = before[0]?.key
  const added = first === undefined ? 0 : turns.findIndex(({ key }) => key === first)
  return added >= 0 && before.every((turn, index) => isSameTurn(turn, turns[added + index])) ? added : null
}

/** A turn stays the same when a reply is added to it. */
function isSameTurn({ key, replyIds }: ShownTurn, now: ShownTurn | undefined): boolean {
  return now?.key === key && replyIds.every((id, index) => now.replyIds[index] === id)
}

/** The virtualizer once its code is loaded; null after a timeout. */
async function loadedVirtualizer(handle: RefObject<VirtualizerHandle | null>): Promise<VirtualizerHandle | null> {
  for (const started = performance.now(); !handle.current && performance.now() - started < LOAD_TIMEOUT_MS; )
    await new Promise(requestAnimationFrame)
  return handle.current
}

/** Keeps an element at the top of the viewport while it is mounted and the content above it is measured. */
async function scrollUntilStable(find: () => HTMLElement | null): Promise<HTMLElement | null> {
  let stableFrames = 0
  let lastTop = Number.NaN
  for (let frame = 0; frame < MAX_FRAMES && stableFrames < STABLE_FRAMES; frame++) {
    const element = find()
    element?.scrollIntoView({ block: 'start' })
    const top = element?.getBoundingClientRect().top ?? Number.NaN
    stableFrames = Math.abs(top - lastTop) < 1 ? stableFrames + 1 : 0
    lastTop = top
    await new Promise(requestAnimationFrame)
  }
  return find()
}
