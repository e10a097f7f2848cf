'use client'

/** A formula. */
export function Formula({ tex, display, unfinished }: { tex: string; display: boolean; unfinished: boolean }) {
  return (
    <code data-unfinished={unfinished || undefined} className={display ? 'formula-display' : 'formula'}>
      {tex}
    </code>
  )
}
