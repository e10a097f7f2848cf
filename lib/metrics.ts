import 'server-only'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { processSingleton } from '@/lib/process'
import type { EndStatus, ErrorKind } from '@/lib/protocol/events'

/** Buckets for waits, in seconds. A model may reason for minutes. */
const WAIT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
/** Buckets for speeds, in tokens per second. */
const SPEED_BUCKETS = [1, 5, 10, 20, 40, 60, 100, 200, 500, 1000]

/** This process's Prometheus metrics. */
export function metrics() {
  return processSingleton('metrics', createMetrics)
}

function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  // Among them event loop lag and memory.
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    running: new Gauge({ name: 'rill_generations_running', help: 'Generations that run in this process', registers }),
    ended: new Counter<'status' | 'kind'>({
      name: 'rill_generations_ended_total',
      help: 'Generations that ended, by their status and, where there was one, the kind of the error',
      labelNames: ['status', 'kind'],
      registers,
    }),
    retries: new Counter<'kind'>({
      name: 'rill_retries_total',
      help: 'Waits before another attempt, by the kind of the failure',
      labelNames: ['kind'],
      registers,
    }),
    firstToken: new Histogram({
      name: 'rill_time_to_first_token_seconds',
      help: 'From the start of a generation to its first text',
      buckets: WAIT_BUCKETS,
      registers,
    }),
    speed: new Histogram({
      name: 'rill_tokens_per_second',
      help: 'Completion tokens of a generation, as reported, for each second after the first',
      buckets: SPEED_BUCKETS,
      registers,
    }),
    readers: new Gauge({ name: 'rill_readers', help: 'Responses that follow a log', registers }),
    checkpointLag: new Histogram({
      name: 'rill_checkpoint_lag_seconds',
      help: 'From the arrival of the oldest text of a checkpoint to its being saved',
      buckets: [0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 1, 2.5, 5, 10, 60],
      registers,
    }),
  }
}

/** A generation that has ended. Times in epoch milliseconds. */
export interface EndedRun {
  status: EndStatus
  kind: ErrorKind | undefined
  startedAt: number
  firstTokenAt: number | null
  /** In tokens per second. */
  speed: number | null
}

/** Counts an ended generation, with its time to the first token and its speed. */
export function countEnd({ status, kind, startedAt, firstTokenAt, speed }: EndedRun): void {
  const { ended, firstToken, speed: speeds } = metrics()
  ended.inc({ status, kind: kind ?? '' })
  if (firstTokenAt !== null) firstToken.observe((firstTokenAt - startedAt) / 1000)
  if (speed !== null) speeds.observe(speed)
}
