import type { GenerationStatus } from '@/lib/protocol/events'

/** The period of the pattern in stream.css, in pixels. */
const PATTERN_PERIOD = 72
const PIXELS_PER_CHARACTER = 0.25

/**
 * The line beside a reply, which shows its status; the text beside it always says the same. It moves with each received
 * character, so it costs no frames of its own. Before the first one it animates, unless `paused`.
 */
export function StreamLine({
  status,
  className,
  receivedCharacters = 0,
  paused = false,
}: {
  status: GenerationStatus
  className: string
  receivedCharacters?: number
  paused?: boolean
}) {
  const offset = (receivedCharacters * PIXELS_PER_CHARACTER) % PATTERN_PERIOD
  const style = receivedCharacters > 0 ? { transform: `translateY(${offset}px)` } : undefined
  return (
    <span aria-hidden="true" data-status={status} className={`stream ${className}`}>
      {status === 'running' ? (
        <span className="stream-end">
          <span
            className="stream-flow"
            data-waiting={(receivedCharacters === 0 && !paused) || undefined}
            style={style}
          />
        </span>
      ) : null}
    </span>
  )
}
