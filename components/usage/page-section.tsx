'use client'
import { type ReactNode, useState } from 'react'
import { Button } from '@/components/ui/button'

/** A section with a chart that can be shown as a table. */
export function ChartSection({
  title,
  description,
  aside,
  chart,
  table,
}: {
  title: string
  description?: string
  aside?: ReactNode
  chart: ReactNode
  table: ReactNode
}) {
  const [asTable, setAsTable] = useState(false)
  return (
    <PageSection
      title={title}
      description={description}
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
    </PageSection>
  )
}

/** A titled section of a page. `aside` is on the line of the title. */
export function PageSection({
  title,
  description,
  aside,
  children,
}: {
  title: string
  description?: string
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <section aria-label={title}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-strong text-lead">{title}</h2>
        <div className="flex flex-wrap items-center gap-2">{aside}</div>
      </div>
      {description ? <p className="mt-1 max-w-measure text-ink-quiet text-small">{description}</p> : null}
      <div className="mt-4">{children}</div>
    </section>
  )
}
