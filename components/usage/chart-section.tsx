'use client'
import { type ReactNode, useState } from 'react'
import { Button } from '@/components/ui/button'

/** A part of the page with a chart, and the table behind it. */
export function ChartSection({
  title,
  words,
  aside,
  chart,
  table,
}: {
  title: string
  words?: string
  aside?: ReactNode
  chart: ReactNode
  table: ReactNode
}) {
  const [asTable, setAsTable] = useState(false)
  return (
    <Part
      title={title}
      words={words}
      aside={
        <>
          {aside}
          <Button variant="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'Show as chart' : 'Show as table'}
            <span className="sr-only">: {title}</span>
          </Button>
        </>
      }
    >
      {asTable ? table : chart}
    </Part>
  )
}

/** A part of the page. */
export function Part({
  title,
  words,
  aside,
  children,
}: {
  title: string
  words?: string
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <section aria-label={title}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-strong text-lead">{title}</h2>
        <div className="flex flex-wrap items-center gap-2">{aside}</div>
      </div>
      {words ? <p className="mt-1 max-w-measure text-ink-quiet text-small">{words}</p> : null}
      <div className="mt-4">{children}</div>
    </section>
  )
}
