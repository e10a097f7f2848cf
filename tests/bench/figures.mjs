// Percentiles and medians.

const SAMPLES_KEPT = 200_000

/** Keeps a fair sample of any number of values (reservoir sampling, Vitter's algorithm R). */
export function createSample() {
  const kept = []
  let seen = 0
  return {
    add(value) {
      seen++
      if (kept.length < SAMPLES_KEPT) kept.push(value)
      else {
        const place = Math.floor(Math.random() * seen)
        if (place < SAMPLES_KEPT) kept[place] = value
      }
    },
    percentiles: () => percentiles(kept),
  }
}

/** The 50th, 95th and 99th percentile and the largest of some numbers; NaN of none. */
export function percentiles(values) {
  const sorted = Float64Array.from(values).sort()
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN }
}

/** The median of the numbers that are numbers; NaN of none. */
export function median(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const half = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
