'use client'
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import { useMedia } from '@/components/ui/use-media'
import { whenNear } from '../near'

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
  const [drawing, setDrawing] = useState<Drawing | 'failed' | null>(null)
  const dark = useMedia('(prefers-color-scheme: dark)')
  useEffect(() => {
    let wanted = true
    const show = (svg: string | null) => wanted && setDrawing(svg === null ? 'failed' : sized(svg))
    const lookAway = whenNear(element.current, () => {
      import('./draw').then(({ drawn }) => drawn(text, isDark(dark) ? 'dark' : 'default')).then(show, () => show(null))
    })
    return () => {
      wanted = false
      lookAway()
    }
  }, [text, element, dark])
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

/** The page's own setting comes before the system's. */
function isDark(bySystem: boolean): boolean {
  const { theme } = document.documentElement.dataset
  return theme === 'dark' || (theme !== 'light' && bySystem)
}

function sized(svg: string): Drawing | 'failed' {
  const [, width, height] = svg.match(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/) ?? []
  if (!width || !height) return 'failed'
  return { svg, width: Math.ceil(Number(width)), height: Math.ceil(Number(height)) }
}
