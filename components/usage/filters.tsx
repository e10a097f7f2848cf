'use client'
import { type Ref, useId } from 'react'
import { SelectField } from '@/components/ui/select-field'
import { fieldClassName } from '@/components/ui/text-field'
import { daysInRange, type Range, rangeProblem, ranges, type UsageFilters } from './filter-state'

export interface Choice {
  value: string
  name: string
}

/** Chooses the days, models, providers, and conversations to show. */
export function Filters({
  filters,
  timeZone,
  models,
  providers,
  conversations,
  conversationField,
  onChange,
}: {
  filters: UsageFilters
  timeZone: string
  models: Choice[]
  providers: Choice[]
  /** The most expensive ones, and the selected one. */
  conversations: Choice[]
  conversationField: Ref<HTMLSelectElement>
  onChange(filters: UsageFilters): void
}) {
  const problem = rangeProblem(filters)
  const choose = (range: Range) =>
    onChange({ ...filters, range, ...(range === 'custom' ? {} : daysInRange(range, timeZone)) })
  const options = Object.entries(ranges).map(([value, name]) => ({ value, name }))
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-end gap-x-2 gap-y-3">
        <SelectField
          quiet
          className="max-w-40"
          label="Days"
          value={filters.range}
          options={options}
          onChange={(value) => isRange(value) && choose(value)}
        />
        {filters.range === 'custom' ? (
          <>
            <Day label="From" value={filters.from} onChange={(from) => onChange({ ...filters, from })} />
            <Day label="To" value={filters.to} onChange={(to) => onChange({ ...filters, to })} />
          </>
        ) : null}
        <SelectField
          quiet
          className="max-w-40"
          label="Model"
          value={filters.model}
          options={[{ value: '', name: 'All models' }, ...models]}
          onChange={(model) => onChange({ ...filters, model })}
        />
        <SelectField
          quiet
          className="max-w-40"
          label="Provider"
          value={filters.provider}
          options={[{ value: '', name: 'All providers' }, ...providers]}
          onChange={(provider) => onChange({ ...filters, provider })}
        />
        <SelectField
          ref={conversationField}
          quiet
          className="max-w-40"
          label="Conversation"
          value={filters.conversation}
          options={[{ value: '', name: 'All conversations' }, ...conversations]}
          onChange={(conversation) => onChange({ ...filters, conversation })}
        />
      </div>
      {problem ? (
        <p role="alert" className="text-danger text-small">
          {problem}
        </p>
      ) : null}
    </div>
  )
}

function Day({ label, value, onChange }: { label: string; value: string; onChange(day: string): void }) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="block text-ink-quiet text-note">
        {label}
      </label>
      <input
        id={id}
        type="date"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className={fieldClassName}
      />
    </div>
  )
}

function isRange(text: string): text is Range {
  return text in ranges
}
