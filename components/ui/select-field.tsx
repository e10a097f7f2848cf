'use client'
import { type Ref, useId } from 'react'
import { fieldClassName } from './text-field'

/** A labeled select. `quiet` has a lighter label, for rows of filters. */
export function SelectField<Value extends string>({
  ref,
  label,
  value,
  options,
  quiet = false,
  className = '',
  onChange,
}: {
  ref?: Ref<HTMLSelectElement>
  label: string
  value: Value
  options: { value: Value; name: string }[]
  quiet?: boolean
  className?: string
  onChange(value: Value): void
}) {
  const id = useId()
  return (
    <div className="min-w-0">
      <label htmlFor={id} className={`block ${quiet ? 'text-ink-quiet text-note' : 'mb-1 font-strong text-small'}`}>
        {label}
      </label>
      <select
        ref={ref}
        id={id}
        value={value}
        onChange={({ target }) => {
          const chosen = options.find((option) => option.value === target.value)
          if (chosen) onChange(chosen.value)
        }}
        className={`${fieldClassName} ${className}`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  )
}
