import { expect, test } from 'vitest'
import { coalesced } from '@/lib/database/durability'

/** A coalesced task whose runs the test ends. */
function controlledTask() {
  const ends: (() => void)[] = []
  const run = coalesced(() => new Promise<void>((resolve) => ends.push(resolve)))
  return { run, ends }
}

/** Waits until all ready promises have run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('callers during a run share one run that starts after it', async () => {
  const { run, ends } = controlledTask()
  const first = run()
  await settled()
  expect(ends.length).toBe(1)
  let resolved = 0
  const later = [run(), run(), run()].map((each) => each.then(() => resolved++))
  await settled()
  expect(ends.length).toBe(1)
  ends[0]?.()
  await first
  await settled()
  expect(ends.length).toBe(2)
  expect(resolved).toBe(0)
  ends[1]?.()
  await Promise.all(later)
  expect(resolved).toBe(3)
})

test('a failed run rejects for its callers, but not for the next', async () => {
  const failures = [new Error('the disk failed')]
  const run = coalesced(async () => {
    const failure = failures.pop()
    if (failure) throw failure
  })
  await expect(run()).rejects.toThrow('the disk failed')
  await expect(run()).resolves.toBeUndefined()
})
