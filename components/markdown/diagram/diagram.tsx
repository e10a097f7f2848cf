'use client'
import { type ReactNode, type RefObject, useEffect, useMemo, useState } from 'react'
import { whenNearViewport } from '../offscreen/when-near-viewport'
import { diagramQueue } from './diagram-queue'
import { useDark } from './use-dark'

type Drawing = { svg: string; width: number; height: number }

/** A diagram as an image: nothing in it can run, and nothing is loaded for it. What cannot be drawn stays as its source. */
export function Diagram({
  text,
  element,
  source,
}: {
  text: string
  element: RefObject<HTMLElement | null>
  source: ReactNode
}) {
  const dark = useDark()
  const wanted = useMemo(() => ({ text, dark }), [text, dark])
  // What was drawn in other colours stays until it is drawn in these.
  const [drawing, setDrawing] = useState<Drawing | 'failed' | null>(() => drawingOf(diagramQueue.cached(wanted)))
  useEffect(() => {
    const leaving = new AbortController()
    const show = (svg: string | null) => leaving.signal.aborted || setDrawing(drawingOf(svg))
    const lookAway = whenNearViewport(element.current, () => {
      diagramQueue.render(wanted, leaving.signal).then(show, () => show(null))
    })
    return () => {
      leaving.abort()
      lookAway()
    }
  }, [wanted, element])
  if (drawing === null) return source
  if (drawing === 'failed') {
    return (
      <>
        <p className="diagram-note">This diagram cannot be drawn. This is its source.</p>
        {source}
      </>
    )
  }
  return (
    <div className="diagram">
      {/* biome-ignore lint/performance/noImgElement: it is made here, and there is nothing to optimise. */}
      <img
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing.svg)}`}
        alt={`Diagram: ${text.slice(0, 300)}`}
        width={drawing.width}
        height={drawing.height}
        onError={() => setDrawing('failed')}
      />
    </div>
  )
}

/** What there is to show of a picture that is there, cannot be drawn, or is yet to come. */
function drawingOf(svg: string | null | undefined): Drawing | 'failed' | null {
  if (svg === undefined) return null
  const [, width, height] = svg?.match(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/) ?? []
  if (!svg || !width || !height) return 'failed'
  return { svg, width: Math.ceil(Number(width)), height: Math.ceil(Number(height)) }
}
