'use client'
import { type ReactNode, type RefObject, useEffect, useMemo, useState } from 'react'
import { whenNearViewport } from '../offscreen/when-near-viewport'
import { diagramQueue } from './diagram-queue'
import { useDark } from './use-dark'

type Drawing = { svg: string; width: number; height: number }

/** A diagram as an image, in which nothing can run or load. If it can't be drawn, its source is shown. */
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
  // A diagram in the old theme stays until the new one is drawn.
  const [drawing, setDrawing] = useState<Drawing | 'failed' | null>(() => drawingOf(diagramQueue.cached(wanted)))
  useEffect(() => {
    const unmounted = new AbortController()
    const show = (svg: string | null) => unmounted.signal.aborted || setDrawing(drawingOf(svg))
    const cancel = whenNearViewport(element.current, () => {
      diagramQueue.render(wanted, unmounted.signal).then(show, () => show(null))
    })
    return () => {
      unmounted.abort()
      cancel()
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
      {/* biome-ignore lint/performance/noImgElement: it is generated here, and there is nothing to optimise. */}
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

/** Null while the drawing is pending. */
function drawingOf(svg: string | null | undefined): Drawing | 'failed' | null {
  if (svg === undefined) return null
  const [, width, height] = svg?.match(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/) ?? []
  if (!svg || !width || !height) return 'failed'
  return { svg, width: Math.ceil(Number(width)), height: Math.ceil(Number(height)) }
}
