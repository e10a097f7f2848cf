'use client'
import { useEffect, useMemo, useState } from 'react'
import { estimatedFormulaHeight } from '../offscreen/heights'
import { fadeAndFocusOverflow } from '../tables/overflow'
import { formulaQueue } from './formula-queue'

/** A longer formula is one that nobody reads. */
const MAX_CHARACTERS = 4000

/** A formula. Its source is shown until it is complete, and when it can't be typeset. */
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
        // Reserves the height, so that typesetting moves little below it.
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

/** The HTML of a formula; null while it is pending and when it can't be typeset. Cached formulas are there at once. */
function useTypeset(tex: string, display: boolean, whole: boolean): string | null {
  const source = useMemo(() => ({ tex, display }), [tex, display])
  const known = useMemo(() => (whole ? formulaQueue.cached(source) : null), [source, whole])
  const [answer, setAnswer] = useState<{ source: typeof source; html: string | null } | null>(null)
  useEffect(() => {
    if (known !== undefined) return
    const unmounted = new AbortController()
    formulaQueue.render(source, unmounted.signal).then(
      (html) => unmounted.signal.aborted || setAnswer({ source, html }),
      () => {
        // The source stays.
      },
    )
    return () => unmounted.abort()
  }, [known, source])
  return known ?? (answer?.source === source ? answer.html : null)
}
