import { monitorEventLoopDelay } from 'node:perf_hooks'

/**
 * Measures how long a busy machine makes a process wait for its turn: the longest that this one has waited, in
 * milliseconds, from now until it is asked. What Rill promises in milliseconds is promised on top of that.
 */
export function machineDelay(): { stop(): number; longest(): number } {
  const histogram = monitorEventLoopDelay({ resolution: 5 })
  histogram.enable()
  return {
    /** The longest wait so far. */
    longest: () => histogram.max / 1e6,
    stop() {
      histogram.disable()
      return histogram.max / 1e6
    },
  }
}
