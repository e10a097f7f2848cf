import type { ComponentProps } from 'react'
import type { Shortcut } from './keys'
import { tooltip } from './tooltip'

const variants = {
  primary: 'bg-accent font-strong text-accent-ink hover:bg-accent/90',
  plain: 'border border-line bg-surface font-strong text-ink hover:bg-surface-raised',
  quiet: 'border border-line bg-surface text-ink hover:bg-surface-raised',
  bare: 'text-ink-quiet hover:bg-surface-raised hover:text-ink',
  danger: 'border border-danger/50 font-strong text-danger hover:bg-danger/8',
}

/** A button with a text label. */
export function Button({
  variant = 'plain',
  className = '',
  ...rest
}: ComponentProps<'button'> & { variant?: keyof typeof variants }) {
  return (
    <button
      type="button"
      className={`inline-flex h-9 touch:h-11 shrink-0 items-center justify-center gap-2 rounded-small px-3 text-small transition-colors disabled:opacity-60 aria-disabled:opacity-60 ${variants[variant]} ${className}`}
      {...rest}
    />
  )
}

/**
 * A button with an icon. `label` is its accessible name. The tooltip shows `title`, by default the label, and the
 * shortcut; a title of its own is also the accessible description.
 */
export function IconButton({
  label,
  title = label,
  keys,
  className = '',
  ...rest
}: ComponentProps<'button'> & { label: string; keys?: Shortcut }) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-description={title === label ? undefined : title}
      {...tooltip(title, { keys })}
      className={`inline-flex size-8 touch:size-11 shrink-0 items-center justify-center rounded-small text-ink-quiet transition-colors hover:bg-surface-pressed hover:text-ink ${className}`}
      {...rest}
    />
  )
}
