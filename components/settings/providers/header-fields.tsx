'use client'
import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '@/components/ui/button'
import { fieldClassName } from '@/components/ui/text-field'
import type { HeaderRow } from './provider-draft'

/** Extra headers of each request. Stored values are never sent to the browser, so all are kept or all are replaced. */
export function HeaderFields({
  stored,
  rows,
  problem,
  onChange,
}: {
  stored: string[]
  rows: HeaderRow[] | null
  problem: string | null
  onChange(rows: HeaderRow[] | null): void
}) {
  const add = () => {
    const id = Math.max(0, ...(rows ?? []).map((row) => row.id)) + 1
    onChange([...(rows ?? []), { id, name: '', value: '' }])
  }
  const update = (id: number, change: Partial<HeaderRow>) =>
    onChange((rows ?? []).map((row) => (row.id === id ? { ...row, ...change } : row)))
  return (
    <fieldset className="text-small">
      <legend className="font-strong">Extra headers</legend>
      {rows === null ? (
        <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-2">
          <span className="text-ink-quiet wrap-anywhere">Saved, values hidden: {stored.join(', ')}</span>
          <Button onClick={() => onChange([])}>Replace all</Button>
        </div>
      ) : (
        <div className="mt-1 space-y-2">
          {rows.map((row, index) => (
            <div key={row.id} className="flex gap-2">
              <input
                aria-label={`Header ${index + 1}, name`}
                placeholder="Name"
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                value={row.name}
                onChange={(event) => update(row.id, { name: event.target.value })}
                className={`${fieldClassName} w-1/3 min-w-0`}
              />
              <input
                aria-label={`Header ${index + 1}, value`}
                placeholder="Value"
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                value={row.value}
                onChange={(event) => update(row.id, { value: event.target.value })}
                className={`${fieldClassName} min-w-0 grow`}
              />
              <IconButton
                label={`Remove header ${index + 1}`}
                onClick={() => onChange(rows.filter((each) => each.id !== row.id))}
              >
                <X size={16} aria-hidden="true" />
              </IconButton>
            </div>
          ))}
          <div className="flex flex-wrap gap-2">
            <Button onClick={add}>
              <Plus size={16} aria-hidden="true" />
              Add header
            </Button>
            {stored.length > 0 ? <Button onClick={() => onChange(null)}>Keep existing headers</Button> : null}
          </div>
        </div>
      )}
      {problem ? <p className="mt-1 text-danger text-note">{problem}</p> : null}
    </fieldset>
  )
}
