'use client'
import { type ComponentProps, useId } from 'react'

/** A labeled input. `hint` and `problem` are its accessible description. */
export function TextField({
  label,
  hint,
  problem,
  className = '',
  ...rest
}: ComponentProps<'input'> & { label: string; hint?: string; problem?: string | null }) {
  const id = useId()
  const described = [hint ? `${id}-hint` : null, problem ? `${id}-problem` : null].filter(Boolean).join(' ')
  return (
    <div className={className}>
      <label htmlFor={id} className="block font-strong text-small">
        {label}
      </label>
      <input
        id={id}
        dir="auto"
        aria-invalid={Boolean(problem)}
        aria-describedby={described || undefined}
        className={`${fieldClassName} mt-1 w-full`}
        {...rest}
      />
      {hint ? (
        <p id={`${id}-hint`} className="mt-1 text-ink-quiet text-note">
          {hint}
        </p>
      ) : null}
      {problem ? (
        <p id={`${id}-problem`} className="mt-1 text-danger text-note">
          {problem}
        </p>
      ) : null}
    </div>
  )
}

export const fieldClassName =
  'h-9 touch:h-11 rounded-small border border-line-strong bg-surface px-2.5 text-small touch:text-body outline-none transition-colors focus:border-accent aria-invalid:border-danger'
