import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFlushScheduler, intervalFor } from '@/lib/runs/flush-scheduler'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const counter = () => {
  const counted = { flushes: 0, flush: () => void counted.flushes++ }
  return counted
}

test('a quiet process joins over 8 ms, a busy one over 50, and only an overloaded one over more', () => {
  expect(intervalFor(0, 1)).toBe(8)
  expect(intervalFor(0.04, 1)).toBe(8)
  expect(intervalFor(0.1, 1)).toBeGreaterThan(8)
  expect(intervalFor(0.1, 1)).toBeLessThan(50)
  expect(intervalFor(0.3, 100)).toBe(50)
  expect(intervalFor(1, 100)).toBe(50)
  expect(intervalFor(0.95, 400)).toBe(250)
})

test('the first text is flushed at once; what follows closely is joined and flushed once', () => {
  const scheduler = createFlushScheduler({ now: Date.now, utilization: () => 0.02 })
  const generation = counter()
  scheduler.request(generation)
  expect(generation.flushes).toBe(1)
  vi.advanceTimersByTime(1)
  scheduler.request(generation)
  scheduler.request(generation)
  expect(generation.flushes).toBe(1)
  vi.advanceTimersByTime(8)
  expect(generation.flushes).toBe(2)
})

test('text after a pause is flushed at once', () => {
  const scheduler = createFlushScheduler({ now: Date.now, utilization: () => 0.02 })
  const generation = counter()
  scheduler.request(generation)
  vi.advanceTimersByTime(100)
  scheduler.request(generation)
  expect(generation.flushes).toBe(2)
})

test('flushing now leaves nothing behind on the timer', () => {
  const scheduler = createFlushScheduler({ now: Date.now, utilization: () => 0.02 })
  const generation = counter()
  scheduler.request(generation)
  scheduler.request(generation)
  scheduler.flushNow(generation)
  expect(generation.flushes).toBe(2)
  vi.advanceTimersByTime(100)
  expect(generation.flushes).toBe(2)
})
