'use client'
import type { Ref, RefObject } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { ShownTurn } from '@/lib/client/state/selectors'
import { ESTIMATED_TURN_HEIGHT, Turn } from './turn'
import { turnAttribute, useKeptMounted } from './use-kept-mounted'
import { usePrinting } from './use-printing'

/** In pixels, on each side of the viewport. */
const BUFFER_SIZE = 800

/**
 * The older turns, of which only those near the viewport are mounted, so that a conversation of thousands opens as fast
 * as a short one.
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
  /** Turns were prepended since the last render. */
  shift: boolean
  /** The height above the first turn, in pixels. */
  margin: number
  scroller: RefObject<HTMLDivElement | null>
  handle: Ref<VirtualizerHandle>
}) {
  const keptMounted = useKeptMounted(turns)
  const printing = usePrinting()
  const show = (turn: ShownTurn) => <Turn conversationId={conversationId} turn={turn} last={false} />
  return (
    <>
      {/* Printing shows all turns. The virtualizer stays mounted for its measurements. */}
      {printing ? turns.map((turn) => <div key={turn.key}>{show(turn)}</div>) : null}
      <div className="print:hidden">
        <Virtualizer
          ref={handle}
          scrollRef={scroller}
          startMargin={margin}
          bufferSize={BUFFER_SIZE}
          itemSize={ESTIMATED_TURN_HEIGHT}
          data={turns}
          shift={shift}
          keepMounted={keptMounted}
        >
          {(turn) => (
            <div key={turn.key} {...{ [turnAttribute]: turn.key }} className="pb-8">
              {show(turn)}
            </div>
          )}
        </Virtualizer>
      </div>
    </>
  )
}
