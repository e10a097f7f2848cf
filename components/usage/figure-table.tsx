import type { ReactNode } from 'react'

export interface FigureRow {
  key: string
  name: ReactNode
  cells: string[]
  /** From 0 to 1: a bar under the name. */
  share?: number
}

/** A table whose first column names something, and whose others are numbers. `wide` of the first are left out on a phone. */
export function FigureTable({
  caption,
  heads,
  rows,
  wide = [],
}: {
  caption: string
  /** Of the name, and of each number. */
  heads: string[]
  rows: FigureRow[]
  /** Columns that are shown only where there is room. */
  wide?: number[]
}) {
  const look = (index: number) => (wide.includes(index) ? 'max-sm:hidden' : '')
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full border-line border-b text-small">
        <caption className="sr-only">{caption}</caption>
        <thead className="text-ink-quiet text-note">
          <tr>
            {heads.map((head, index) => (
              <th
                key={head}
                scope="col"
                className={`whitespace-nowrap pb-1 font-regular ${index === 0 ? 'text-start' : 'ps-3 text-end'} ${look(index)}`}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, cells, share }) => (
            <tr key={key} className="border-line border-t">
              <th scope="row" className="w-full py-1.5 text-start font-regular">
                <span className="wrap-anywhere">{name}</span>
                {share === undefined ? null : (
                  <span aria-hidden="true" className="mt-1 block h-1 rounded-small bg-surface-pressed">
                    <span className="block h-1 rounded-small bg-accent" style={{ width: `${share * 100}%` }} />
                  </span>
                )}
              </th>
              {cells.map((cell, index) => (
                <td
                  key={heads[index + 1]}
                  className={`whitespace-nowrap ps-3 text-end align-top pt-1.5 tabular-nums ${look(index + 1)}`}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
