'use client'
import { createContext, memo, type ReactNode, useContext, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { CopyButton } from '@/components/ui/copy-button'
import { parsedCells } from '@/lib/markdown/parsed-text'
import type { Align, Row, Table as TableBlock } from '@/lib/markdown/tree'
import { type ChunkedView, Chunks, type FrameProps } from '../chunks'
import { reachable } from '../code/code-block'
import { directionOfTable, directionOfText } from '../direction'
import { RightToLeftContext, useDocument } from '../document-context'
import { Inlines } from '../inlines'
import { useSkipOffscreen } from '../offscreen/frames'
import { ROW_HEIGHT_PX } from '../offscreen/heights'
import { fadeOverflow } from './overflow'
import { asCsv, asMarkdown } from './table-text'

/** The column widths of a long table, measured once its first chunk is full. */
interface Columns {
  table: TableBlock
  widths: number[] | null
  setWidths(widths: number[]): void
}

const ColumnsContext = createContext<Columns | null>(null)

/** A table, which scrolls by itself. */
export function Table({ table }: { table: TableBlock }) {
  const { references, growing } = useDocument()
  const [widths, setWidths] = useState<number[] | null>(null)
  const view = useMemo(() => rowsOf(table), [table])
  const columns = useMemo(() => ({ table, widths, setWidths }), [table, widths])
  return (
    <div className="table-block" dir={directionOfTable(table, useContext(RightToLeftContext))}>
      {/* Above the table, since below a growing one they would move with each row. */}
      <div className="table-actions">
        CSV
        <CopyButton label="Copy table as CSV" text={() => asCsv(table, references)} />
        Markdown
        <CopyButton label="Copy table as markdown" text={() => asMarkdown(table)} />
      </div>
      <section
        ref={growing === table ? null : fadeOverflow}
        className="table-scroller"
        aria-label="Table"
        {...reachable}
      >
        <ColumnsContext value={columns}>
          {table.rows.length === 0 ? <Part first full={false} rows={null} /> : <Chunks view={view} />}
        </ColumnsContext>
      </section>
    </div>
  )
}

function rowsOf(table: TableBlock): ChunkedView {
  return {
    list: table.rows,
    renderEntry: (index, last) => {
      const row = table.rows.entries[index]
      return row ? <RowView key={index} table={table} row={row} version={row.version} last={last} /> : null
    },
    estimateHeight: () => ROW_HEIGHT_PX,
    Frame: RowsFrame,
  }
}

function RowsFrame({ level, chunk, full, children }: FrameProps) {
  const element = useSkipOffscreen<HTMLDivElement>(full && level > 0 && chunk > 0)
  if (level === 0) return <Part first={chunk === 0} full={full} rows={children} />
  return chunk === 0 ? children : <div ref={element}>{children}</div>
}

/** The browser lays out a table as a whole, so a long one continues in another table with the same widths. */
function Part({ first, full, rows }: { first: boolean; full: boolean; rows: ReactNode }) {
  const columns = useContext(ColumnsContext)
  const resting = useSkipOffscreen<HTMLDivElement>(full && !first)
  const head = useRef<HTMLTableSectionElement>(null)
  const { table, widths, setWidths } = columns ?? {}
  useLayoutEffect(() => {
    if (!first || !full || widths || !head.current) return
    const measured = [...head.current.querySelectorAll('th, td')].map((cell) => cell.getBoundingClientRect().width)
    // Without layout all widths are 0.
    if (measured.some((width) => width > 0)) setWidths?.(measured)
  }, [first, full, widths, setWidths])
  if (!table) return null
  // Rows longer than the measured ones size their columns again.
  const fixed = widths && widths.length >= table.columnCount ? widths : null
  const total = fixed?.reduce((sum, width) => sum + width, 0)
  return (
    <div ref={resting}>
      <table
        aria-label={first ? undefined : 'Table, continued'}
        style={fixed ? { tableLayout: 'fixed', width: total } : undefined}
      >
        {fixed ? (
          <colgroup>
            {withIndexes(fixed).map(({ each, index }) => (
              <col key={index} style={{ width: each }} />
            ))}
          </colgroup>
        ) : null}
        <thead ref={head} className={first ? undefined : 'continued'}>
          <Cells table={table} row={table.head} name="th" unfinished={false} columns={table.columnCount} />
        </thead>
        <tbody>{rows}</tbody>
      </table>
    </div>
  )
}

interface RowProps {
  table: TableBlock
  row: Row
  /** Changes with the content. */
  version: number
  last: boolean
}

const RowView = memo(function RowView({ table, row, last }: RowProps) {
  const growing = useDocument().growing === table
  return <Cells table={table} row={row} name="td" unfinished={growing && last} />
})

function Cells({
  table,
  row,
  name: Name,
  unfinished,
  columns = 0,
}: {
  table: TableBlock
  row: Row
  name: 'th' | 'td'
  unfinished: boolean
  /** Pads the row to at least this many cells, since other rows may be longer. */
  columns?: number
}) {
  const { references } = useDocument()
  const inRightToLeft = useContext(RightToLeftContext)
  const missing = Array.from(
    { length: Math.max(0, columns - row.cells.length) },
    (_, index) => row.cells.length + index,
  )
  return (
    <tr>
      {withIndexes(parsedCells(table, row, references, unfinished)).map(({ each, index }) => (
        <Name
          key={index}
          data-align={alignOf(table, index)}
          dir={inRightToLeft && directionOfText(row.cells[index] ?? '', true) === 'rtl' ? 'rtl' : undefined}
        >
          <Inlines inlines={each} />
        </Name>
      ))}
      {missing.map((index) => (
        <td key={index} />
      ))}
    </tr>
  )
}

function alignOf(table: TableBlock, column: number): Exclude<Align, null> | undefined {
  return table.align[column] ?? undefined
}

function withIndexes<Each>(list: Each[]): { each: Each; index: number }[] {
  return list.map((each, index) => ({ each, index }))
}
