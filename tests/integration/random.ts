/** Numbers that a seed repeats: what happened by chance in a test that failed can be seen again. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  pick<T>(from: readonly [T, ...T[]]): T
}

/** What the run's chance begins with: RILL_TEST_SEED, or another each time. */
export const seed = Number(process.env.RILL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32))

/** A sequence of its own for each `stream`, so that what runs side by side draws nothing from the others. (Mulberry32.) */
export function randomOf(stream: number): Random {
  let state = (seed + Math.imul(stream, 0x9e3779b9)) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    whole,
    pick: ([first, ...others]) => [first, ...others][whole(0, others.length)] ?? first,
  }
}
