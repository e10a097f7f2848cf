/** A bar that says how much of something is used, and in `words` to those who do not see it. `held` comes after `part`. */
export function Meter({
  label,
  words,
  part,
  held = 0,
  near,
  className,
}: {
  label: string
  words: string
  /** From 0 to 1. */
  part: number
  /** What is set aside, from 0 to 1. */
  held?: number
  near: boolean
  className: string
}) {
  const used = Math.min(1, part)
  const width = (of: number) => `${of === 0 ? 0 : Math.max(of * 100, 2)}%`
  const colour = near ? 'bg-warn' : 'bg-ink-quiet'
  return (
    <>
      <meter className="sr-only" aria-label={label} aria-valuetext={words} min={0} max={1} value={used} />
      <span aria-hidden="true" className={`flex h-1 overflow-hidden rounded-full bg-surface-pressed ${className}`}>
        <span className={`block h-full rounded-full ${colour}`} style={{ width: width(used) }} />
        <span className={`block h-full opacity-45 ${colour}`} style={{ width: width(Math.min(1 - used, held)) }} />
      </span>
    </>
  )
}
