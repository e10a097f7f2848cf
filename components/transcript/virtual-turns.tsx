'use client'
import type { Ref, RefObject } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { ShownTurn } from '@/lib/client/state/selectors'
import { ESTIMATED_TURN_HEIGHT, Turn } from './turn'
import { turnAttribute, useKeptMounted } from './use-kept-mounted'
import { usePrinting } from './use-printing'

/** In pixels, on each side of what is in sight. */
const buffer = 800

/**
 * The turns that were there long before the ones at the end: only those near the sight are mounted, so that a
 * conversation of thousands opens as fast as a short one. When the height of one above becomes known, nothing moves.
 */
export function VirtualTurns({
  conversationId,
  turns,
  shift,
  margin,
  scroller,
  handle,
}: {
  conversationId: string
  turns: ShownTurn[]
  /** Some of these have just come in front of the others. */
  shift: boolean
  /** In pixels: how far the first turn is from the top. */
  margin: number
  scroller: RefObject<HTMLDivElement | null>
  handle: Ref<VirtualizerHandle>
}) {
  const held = useKeptMounted(turns)
  const printing = usePrinting()
  const shown = (turn: ShownTurn) => <Turn conversationId={conversationId} turn={turn} last={false} />
  return (
    <>
      {/* On paper nothing is out of sight. What has been measured here stays for when the person is back. */}
      {printing ? turns.map((turn) => <div key={turn.key}>{shown(turn)}</div>) : null}
      <div className="print:hidden">
        <Virtualizer
          ref={handle}
          scrollRef={scroller}
          startMargin={margin}
          bufferSize={buffer}
          itemSize={ESTIMATED_TURN_HEIGHT}
          data={turns}
          shift={shift}
          keepMounted={held}
        >
          {(turn) => (
            <div key={turn.key} {...{ [turnAttribute]: turn.key }} className="pb-8">
              {shown(turn)}
            </div>
          )}
        </Virtualizer>
      </div>
    </>
  )
}
