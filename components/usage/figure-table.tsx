import type { ReactNode } from 'react'

export interface FigureRow {
  key: string
  name: ReactNode
  cells: string[]
  /** From 0 to 1, drawn as a bar below the name. */
  share?: number
}

/** A table with a column of names and columns of numbers. */
export function FigureTable({
  caption,
  headings,
  rows,
  wideColumns = [],
}: {
  caption: string
  /** The heading of the names, then of each number. */
  headings: string[]
  rows: FigureRow[]
  /** Indexes of columns that are hidden on phones. */
  wideColumns?: number[]
}) {
  const visibility = (index: number) => (wideColumns.includes(index) ? 'max-sm:hidden' : '')
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full border-line border-b text-small">
        <caption className="sr-only">{caption}</caption>
        <thead className="text-ink-quiet text-note">
          <tr>
            {headings.map((heading, index) => (
              <th
                key={heading}
                scope="col"
                className={`whitespace-nowrap pb-1 font-regular ${index === 0 ? 'text-start' : 'ps-3 text-end'} ${visibility(index)}`}
              >
                {heading}
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
                  key={headings[index + 1]}
                  className={`whitespace-nowrap ps-3 text-end align-top pt-1.5 tabular-nums ${visibility(index + 1)}`}
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
