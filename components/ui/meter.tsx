/** A bar for how much of something is used. `reserved` is drawn after `value`; screen readers read `valueText`. */
export function Meter({
  label,
  valueText,
  value,
  reserved = 0,
  near,
  className,
}: {
  label: string
  valueText: string
  /** From 0 to 1. */
  value: number
  /** From 0 to 1. */
  reserved?: number
  near: boolean
  className: string
}) {
  const used = Math.min(1, value)
  const width = (fraction: number) => `${fraction === 0 ? 0 : Math.max(fraction * 100, 2)}%`
  const color = near ? 'bg-warn' : 'bg-ink-quiet'
  return (
    <>
      <meter className="sr-only" aria-label={label} aria-valuetext={valueText} min={0} max={1} value={used} />
      <span aria-hidden="true" className={`flex h-1 overflow-hidden rounded-full bg-surface-pressed ${className}`}>
        <span className={`block h-full rounded-full ${color}`} style={{ width: width(used) }} />
        <span className={`block h-full opacity-45 ${color}`} style={{ width: width(Math.min(1 - used, reserved)) }} />
      </span>
    </>
  )
}
