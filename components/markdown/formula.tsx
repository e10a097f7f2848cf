'use client'
import { useEffect, useState } from 'react'
import { type Render, wantFormulas } from './formulas'

/** In characters. What is longer is no formula that somebody reads. */
const longest = 4000

/** A formula. Until it is whole, and wherever it is none that can be set, its source is shown. */
export function Formula({ tex, display, unfinished }: { tex: string; display: boolean; unfinished: boolean }) {
  const whole = !unfinished && tex.length <= longest
  const [render, setRender] = useState<{ it: Render } | null>(null)
  useEffect(() => {
    if (!whole || render) return
    let wanted = true
    wantFormulas().then(
      (it) => wanted && setRender({ it }),
      () => {
        // Its source stays.
      },
    )
    return () => {
      wanted = false
    }
  }, [whole, render])
  const html = whole && render ? render.it(tex, display) : null
  const className = display ? 'formula-display' : 'formula'
  if (html === null) {
    return (
      <code dir="ltr" className={className} data-unfinished={unfinished || undefined}>
        {tex}
      </code>
    )
  }
  // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX makes it of its own elements, with every text escaped; `trust` is off.
  return <span dir="ltr" className={className} dangerouslySetInnerHTML={{ __html: html }} />
}
