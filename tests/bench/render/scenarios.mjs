// What is streamed, and what it may cost. Every bound is a ratio within the run, or a frame's own time.
import { limit } from '../report.mjs'

const rates = [50, 200, 1000]
const lengths = [0, 5000, 20_000, 100_000]
const seconds = 4

const perToken = ({ net }, { tokens }) => net / tokens
const perUpdate = ({ net, updates }) => net / updates

/** The last seconds of an answer that is `before` tokens long already. */
const tails = rates.flatMap((rate) =>
  lengths.map((before) => ({
    name: `tail-${rate}-${before}`,
    group: `tail-${rate}`,
    what: `${rate} tokens/s after ${before.toLocaleString('en')}`,
    before,
    rate,
    tokens: rate * seconds,
    targets: before > 20_000 ? ['plain', 'streamdown', 'rill'] : ['plain', 'react-markdown', 'streamdown', 'rill'],
  })),
)

const others = [
  {
    name: 'whole',
    what: 'a whole answer of 20,000 tokens at 1,000 a second',
    rate: 1000,
    tokens: 20_000,
    targets: ['plain', 'streamdown', 'rill'],
  },
  {
    name: 'fence',
    what: 'one open piece of code of 20,000 tokens, 200 more a second',
    kind: 'fence',
    before: 20_000,
    rate: 200,
    tokens: 200 * seconds,
    targets: ['streamdown', 'rill'],
  },
  {
    name: 'answer',
    what: 'an answer of 1,000 tokens at 50 a second',
    rate: 50,
    tokens: 1000,
    targets: ['streamdown', 'rill'],
  },
  {
    name: 'burst',
    what: '100,000 tokens at once',
    rate: 1_000_000,
    tokens: 100_000,
    targets: ['plain', 'rill'],
  },
]

export const scenarios = [...tails, ...others]

/** What the main thread does for a token of a scenario, in ms, without what it does when nothing comes. */
export const costOf = (of, name, target = 'rill') => {
  const scenario = scenarios.find((each) => each.name === name)
  return perToken(of[name][target], scenario)
}

const smooth = (name) => [
  [name, limit('longest task, ms', (of) => of[name].rill.worstTask, 50)],
  [name, limit('worst gap between frames, ms', (of) => of[name].rill.worstGap, 50)],
  [name, limit('layout shift', (of) => of[name].rill.shift, 0.02)],
]

/** `[scenario, limit]`: each holds for the medians of the scenarios, by name and target. */
export const limits = [
  ...rates.flatMap((rate) => [
    [
      `tail-${rate}`,
      limit(
        'ms per token after 100,000, × a new answer’s',
        (of) => costOf(of, `tail-${rate}-100000`) / costOf(of, `tail-${rate}-0`),
        1.15,
      ),
    ],
    [
      `tail-${rate}`,
      limit(
        'growth exponent from 5,000 to 100,000',
        (of) => Math.log(costOf(of, `tail-${rate}-100000`) / costOf(of, `tail-${rate}-5000`)) / Math.log(20),
        0.1,
      ),
    ],
  ]),
  [
    'tail-50',
    limit('ms per token after 20,000, × streamdown', (of) => against(of, 'tail-50-20000', 'streamdown'), 0.35),
  ],
  [
    'tail-50',
    limit('ms per token after 100,000, × streamdown', (of) => against(of, 'tail-50-100000', 'streamdown'), 0.25),
  ],
  ...lengths.map((length) => [
    'tail-200',
    limit(`% busy after ${length.toLocaleString('en')}`, (of) => 100 * busy(of[`tail-200-${length}`].rill), 40),
  ]),
  ['whole', limit('main thread, × plain text', (of) => against(of, 'whole', 'plain'), 1.1)],
  ['whole', limit('main thread, × streamdown', (of) => against(of, 'whole', 'streamdown'), 0.6)],
  [
    'fence',
    limit('ms per update, × streamdown', (of) => perUpdate(of.fence.rill) / perUpdate(of.fence.streamdown), 0.1),
  ],
  ['fence', limit('frames dropped', (of) => of.fence.rill.dropped, 0)],
  // ai-chatbot 3.1.0 took 11.9 ms a token where streamdown's bare page took 3.6 to 4.5.
  ['answer', limit('ms per token, the whole app', (of) => costOf(of, 'answer'), 0.45 * 11.9)],
  ['tail-200', limit('heap after 100,000, × streamdown', (of) => heapRatio(of), 1)],
  ...scenarios.flatMap(({ name }) => smooth(name)),
]

const against = (of, name, peer) => of[name].rill.net / of[name][peer].net
const busy = ({ busy: spent, wall }) => spent / wall
const heapRatio = (of) => of['tail-200-100000'].rill.heap / of['tail-200-100000'].streamdown.heap
