// One clock for every process of this machine, so that a token can say when it was written.

/** Milliseconds, with fractions, of the machine's monotonic clock. */
export function now() {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}

const TICKS_PER_MS = 100
const WRAP = 1e9

/** The clock in hundredths of a millisecond, short enough to travel in a token; it wraps. */
export function stamp() {
  return Math.floor(now() * TICKS_PER_MS) % WRAP
}

/** Milliseconds from a stamp to now. */
export function sinceStamp(then) {
  const ticks = stamp() - then
  return (ticks < -WRAP / 2 ? ticks + WRAP : ticks) / TICKS_PER_MS
}
