import { expect, test } from 'vitest'
import { coalesced } from '@/lib/database/durability'

/** A task whose runs end when the test says so. */
function heldTask() {
  const ends: (() => void)[] = []
  const run = coalesced(() => new Promise<void>((resolve) => ends.push(resolve)))
  return { run, ends }
}

/** Lets everything that is ready happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('who asks while a run is under way waits for one that begins after they asked, and shares it', async () => {
  const { run, ends } = heldTask()
  const first = run()
  await settle()
  expect(ends.length).toBe(1)
  let told = 0
  const later = [run(), run(), run()].map((each) => each.then(() => told++))
  await settle()
  expect(ends.length).toBe(1)
  ends[0]?.()
  await first
  await settle()
  expect(ends.length).toBe(2)
  expect(told).toBe(0)
  ends[1]?.()
  await Promise.all(later)
  expect(told).toBe(3)
})

test('a run that fails is told to those who waited for it, and not to the next', async () => {
  const failures = [new Error('the disk failed')]
  const run = coalesced(async () => {
    const failure = failures.pop()
    if (failure) throw failure
  })
  await expect(run()).rejects.toThrow('the disk failed')
  await expect(run()).resolves.toBeUndefined()
})
