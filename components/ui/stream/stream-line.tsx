import type { GenerationStatus } from '@/lib/protocol/events'

/** The pattern of the line repeats after so many pixels, as stream.css has it. */
const period = 72
/** In pixels: how far the line flows with a character. */
const step = 0.25

/**
 * Rill's one decoration: the line beside a reply, and in short the live mark of a conversation. Words always say the
 * same. With `arrived`, in characters, it flows as the text does, which costs no frame of its own, and stands
 * still otherwise; without, it flows by itself, unless it is `still` because nothing can come.
 */
export function StreamLine({
  status,
  className,
  arrived = 0,
  still = false,
}: {
  status: GenerationStatus
  className: string
  arrived?: number
  still?: boolean
}) {
  const flow = arrived > 0 ? { transform: `translateY(${(arrived * step) % period}px)` } : undefined
  return (
    <span aria-hidden="true" data-status={status} className={`stream ${className}`}>
      {status === 'running' ? (
        <span className="stream-end">
          <span className="stream-flow" data-waiting={(arrived === 0 && !still) || undefined} style={flow} />
        </span>
      ) : null}
    </span>
  )
}
