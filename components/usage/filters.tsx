'use client'
import { type Ref, useId } from 'react'
import { SelectField } from '@/components/ui/select-field'
import { fieldClassName } from '@/components/ui/text-field'
import { daysOf, type Range, rangeProblem, ranges, type Wanted } from './query'

export interface Choice {
  value: string
  name: string
}

/** Which days, models, providers and conversations are shown. */
export function Filters({
  wanted,
  timeZone,
  models,
  providers,
  conversations,
  conversationField,
  onChange,
}: {
  wanted: Wanted
  timeZone: string
  models: Choice[]
  providers: Choice[]
  /** The most expensive, and the one that is chosen. */
  conversations: Choice[]
  conversationField: Ref<HTMLSelectElement>
  onChange(wanted: Wanted): void
}) {
  const problem = rangeProblem(wanted)
  const choose = (range: Range) =>
    onChange({ ...wanted, range, ...(range === 'custom' ? {} : daysOf(range, timeZone)) })
  const options = Object.entries(ranges).map(([value, name]) => ({ value, name }))
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-end gap-x-2 gap-y-3">
        <SelectField
          quiet
          className="max-w-40"
          label="Days"
          value={wanted.range}
          options={options}
          onChange={(value) => isRange(value) && choose(value)}
        />
        {wanted.range === 'custom' ? (
          <>
            <Day label="From" value={wanted.from} onChange={(from) => onChange({ ...wanted, from })} />
            <Day label="To" value={wanted.to} onChange={(to) => onChange({ ...wanted, to })} />
          </>
        ) : null}
        <SelectField
          quiet
          className="max-w-40"
          label="Model"
          value={wanted.model}
          options={[{ value: '', name: 'All models' }, ...models]}
          onChange={(model) => onChange({ ...wanted, model })}
        />
        <SelectField
          quiet
          className="max-w-40"
          label="Provider"
          value={wanted.provider}
          options={[{ value: '', name: 'All providers' }, ...providers]}
          onChange={(provider) => onChange({ ...wanted, provider })}
        />
        <SelectField
          ref={conversationField}
          quiet
          className="max-w-40"
          label="Conversation"
          value={wanted.conversation}
          options={[{ value: '', name: 'All conversations' }, ...conversations]}
          onChange={(conversation) => onChange({ ...wanted, conversation })}
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
