'use client'
import { memo, useMemo } from 'react'
import { Chunks, type FrameProps, type Shown } from './chunks'
import { reachable } from './code/code-block'
import { useDocument } from './document-context'
import { rowHeight } from './heights'
import { Inlines } from './inlines'
import { cellsIn } from './parse/read'
import type { Align, Row, Table as TableBlock } from './parse/tree'

/** A table, which scrolls inside itself. */
export function Table({ table }: { table: TableBlock }) {
  const shown = useMemo((): Shown => {
    function RowsFrame({ level, children }: FrameProps) {
      return level === 0 ? <tbody>{children}</tbody> : children
    }
    return {
      list: table.rows,
      entry: (place, last) => {
        const row = table.rows.entries[place]
        return row ? <RowView key={place} table={table} row={row} last={last} /> : null
      },
      heightOf: () => rowHeight,
      Frame: RowsFrame,
    }
  }, [table])
  return (
    <section className="table-scroller" aria-label="Table" {...reachable}>
      <table dir="auto">
        <thead>
          <Cells table={table} row={table.head} name="th" unfinished={false} />
        </thead>
        <Chunks shown={shown} />
      </table>
    </section>
  )
}

const RowView = memo(function RowView({ table, row, last }: { table: TableBlock; row: Row; last: boolean }) {
  const growing = useDocument().growing === table
  return <Cells table={table} row={row} name="td" unfinished={growing && last} />
})

function Cells({
  table,
  row,
  name: Name,
  unfinished,
}: {
  table: TableBlock
  row: Row
  name: 'th' | 'td'
  unfinished: boolean
}) {
  const { asked } = useDocument()
  return (
    <tr>
      {inColumns(cellsIn(table, row, asked, unfinished), table.align).map(({ cell, align, column }) => (
        <Name key={column} data-align={align ?? undefined}>
          <Inlines inlines={cell} />
        </Name>
      ))}
    </tr>
  )
}

function inColumns<Cell>(cells: Cell[], align: Align[]): { cell: Cell; align: Align; column: number }[] {
  return cells.map((cell, column) => ({ cell, align: align[column] ?? null, column }))
}
