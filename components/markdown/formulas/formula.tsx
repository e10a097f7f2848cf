'use client'
import { useEffect, useMemo, useState } from 'react'
import { estimatedFormulaHeight } from '../offscreen/heights'
import { fadeAndFocusOverflow } from '../tables/overflow'
import { formulaQueue } from './formula-queue'

/** In characters. What is longer is no formula that somebody reads. */
const MAX_CHARACTERS = 4000

/** A formula. Until it is whole, and wherever it is none that can be set, its source is shown. */
export function Formula({ tex, display, unfinished }: { tex: string; display: boolean; unfinished: boolean }) {
  const html = useTypeset(tex, display, !unfinished && tex.length <= MAX_CHARACTERS)
  useEffect(() => {
    if (unfinished) formulaQueue.prepare()
  }, [unfinished])
  const className = display ? 'formula-display' : 'formula'
  if (html === null) {
    return (
      <code
        dir="ltr"
        className={`${className} as-source`}
        // What comes after it moves little when it is set.
        style={display ? { minHeight: estimatedFormulaHeight(tex) } : undefined}
        data-unfinished={unfinished || undefined}
      >
        {tex}
      </code>
    )
  }
  // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX makes it of its own elements, with every text escaped; `trust` is off.
  return <span ref={fadeAndFocusOverflow} dir="ltr" className={className} dangerouslySetInnerHTML={{ __html: html }} />
}

/** The HTML of a formula; null while it is not there, and when it is none. What was set before is there at once. */
function useTypeset(tex: string, display: boolean, whole: boolean): string | null {
  const source = useMemo(() => ({ tex, display }), [tex, display])
  const known = useMemo(() => (whole ? formulaQueue.cached(source) : null), [source, whole])
  const [answer, setAnswer] = useState<{ source: typeof source; html: string | null } | null>(null)
  useEffect(() => {
    if (known !== undefined) return
    const leaving = new AbortController()
    formulaQueue.render(source, leaving.signal).then(
      (html) => leaving.signal.aborted || setAnswer({ source, html }),
      () => {
        // Its source stays.
      },
    )
    return () => leaving.abort()
  }, [known, source])
  return known ?? (answer?.source === source ? answer.html : null)
}
