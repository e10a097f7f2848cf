// What is asked of the targets, and what Rill is held to.
import { historyTable, measureHistory, ratio } from './history.mjs'

/** The longest that Rill joins text before it tells it, when it is not overloaded. */
const FLUSH_CEILING_MS = 50

/**
 * `rate` in tokens a second (0: at once), `rampMs` the time over which the streams start, `stopAfter` the token at
 * which each is stopped. A limit's `value` is taken from the medians of all targets: `{raw, rill, …}`. What is no round of
 * streams has its own `measure` and `table`.
 */
export const scenarios = [
  {
    name: 's100',
    what: '100 streams at a person’s pace',
    targets: ['raw', 'next-pipe', 'rill', 'rill-uncounted', 'rill-redis'],
    streams: 100,
    rate: 50,
    tokens: 300,
    rampMs: 1000,
    limits: [
      limit('CPU per token, × raw', ({ rill, raw }) => rill.cpuPerMillion / raw.cpuPerMillion, { atMost: 2.2 }),
      limit(
        'CPU per token with counting, × without',
        (of) => of.rill.cpuPerMillion / of['rill-uncounted'].cpuPerMillion,
        {
          atMost: 1.05,
        },
      ),
      limit('CPU per token with Redis, × without', (of) => of['rill-redis'].cpuPerMillion / of.rill.cpuPerMillion, {
        atMost: 2,
      }),
      limit('% of the offered rate', ({ rill }) => 100 * rill.offered, { atLeast: 98 }),
      limit('lag p99, ms', ({ rill }) => rill.lag.p99, { atMost: FLUSH_CEILING_MS + 15 }),
    ],
  },
  {
    name: 's1000',
    what: '1,000 streams on two cores, more than they can carry',
    targets: ['raw', 'next-pipe', 'rill'],
    streams: 1000,
    rate: 20,
    tokens: 100,
    rampMs: 4000,
    limits: [
      limit('tokens/s, × next-pipe', (of) => of.rill.tokensPerSecond / of['next-pipe'].tokensPerSecond, {
        atLeast: 1.3,
      }),
    ],
  },
  {
    name: 'b1',
    what: 'one answer of 100,000 tokens, all at once',
    targets: ['raw', 'next-pipe', 'rill'],
    streams: 1,
    rate: 0,
    tokens: 100_000,
    rampMs: 0,
    limits: [limit('CPU per token, × raw', ({ rill, raw }) => rill.cpuPerMillion / raw.cpuPerMillion, { atMost: 6 })],
  },
  {
    name: 's1',
    what: 'one stream alone',
    targets: ['direct', 'raw', 'next-pipe', 'rill'],
    streams: 1,
    rate: 50,
    tokens: 300,
    rampMs: 0,
    limits: [limit('lag p50, ms', ({ rill }) => rill.lag.p50, { atMost: 1.5 })],
  },
  {
    name: 'ttft',
    what: 'the first token, when idle: 20 short streams a second',
    targets: ['direct', 'raw', 'next-pipe', 'rill'],
    streams: 100,
    rate: 20,
    tokens: 5,
    rampMs: 5000,
    limits: [limit('added TTFT p50, ms', ({ rill, direct }) => rill.ttft.p50 - direct.ttft.p50, { atMost: 6 })],
  },
  {
    name: 'stop',
    what: '40 streams, each stopped at its 50th token',
    targets: ['raw', 'next-pipe', 'rill'],
    streams: 40,
    rate: 50,
    tokens: 1000,
    rampMs: 400,
    stopAfter: 50,
    limits: [
      limit('upstream closed after Stop, p95, ms', ({ rill }) => rill.stop.closed.p95, { atMost: 60 }),
      limit('tokens after Stop, p50', ({ rill }) => rill.stop.tokensAfter.p50, { atMost: 3 }),
      limit('upstreams left open', ({ rill }) => rill.stop.leftOpen, { atMost: 0 }),
    ],
  },
  {
    name: 'history',
    what: 'an estimate and a send in a conversation of 20 messages, and in one of 2,000',
    targets: ['rill'],
    measure: measureHistory,
    table: historyTable,
    limits: [
      limit('CPU of an estimate, 2,000 messages × 20', (of) => ratio(of, 'estimate', 'cpu'), { atMost: 1.3 }),
      limit('an estimate, ms, 2,000 messages × 20', (of) => ratio(of, 'estimate', 'ms'), { atMost: 1.3 }),
    ],
  },
]

/** Not measured: in its first thousands of requests a server's code is still being compiled. */
export const warmUps = [
  { name: 'warm-up-starts', streams: 2400, rate: 0, tokens: 5, rampMs: 18_000 },
  { name: 'warm-up-burst', streams: 20, rate: 0, tokens: 500, rampMs: 0 },
  { name: 'warm-up-paced', streams: 100, rate: 50, tokens: 100, rampMs: 1000 },
]

/** The same, short: to see that all works, not to quote. */
export function quick(scenario) {
  const shorter = { s100: 100, s1000: 40, b1: 20_000, s1: 100 }
  return { ...scenario, tokens: shorter[scenario.name] ?? scenario.tokens }
}

/** Tokens a second that the upstream offers a scenario: from the first request to the last token. */
export function offeredRate({ streams, rate, tokens, rampMs }) {
  if (rate === 0) return Number.NaN
  return (streams * tokens) / ((rampMs / 1000) * ((streams - 1) / streams) + (tokens - 1) / rate)
}

function limit(label, value, { atMost, atLeast }) {
  return {
    label,
    value,
    bound: atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`,
    holds: (measured) => (atMost === undefined ? measured >= atLeast : measured <= atMost),
  }
}
