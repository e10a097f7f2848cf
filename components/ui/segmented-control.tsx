'use client'
import { useId } from 'react'

/** A choice of one option, all of them visible. */
export function SegmentedControl<Name extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string
  options: Record<Name, string>
  value: Name
  onChange(value: Name): void
}) {
  const group = useId()
  const names = Object.keys(options).filter((name): name is Name => name in options)
  return (
    <fieldset className="inline-flex rounded-small border border-line-strong p-0.5">
      <legend className="sr-only">{label}</legend>
      {names.map((name) => (
        <label
          key={name}
          className="relative flex h-7 touch:h-11 items-center rounded-[4px] px-2.5 text-small transition-colors has-checked:bg-accent has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
        >
          <input
            type="radio"
            name={group}
            value={name}
            checked={value === name}
            onChange={() => onChange(name)}
            className="absolute inset-0 cursor-pointer appearance-none rounded-[4px] outline-none"
          />
          {options[name]}
        </label>
      ))}
    </fieldset>
  )
}
