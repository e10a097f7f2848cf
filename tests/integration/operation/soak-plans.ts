import { delta, done, event, finish } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { tokenOf } from '../billing/tokens'
import type { Random } from '../random'

/** How the upstream treats one turn of the soak, and what is to come of it. */
export interface Plan {
  prompt: string
  /** What each completion request plays, in turn. */
  attempts: Step[][]
  /** Something fails before the first token. */
  retried: boolean
  /** How the answer ends when nobody stops it. */
  status: 'completed' | 'interrupted'
  /** The kind of the error that it ends with. */
  kind?: 'network' | 'timeout' | 'upstream'
  /** How many tokens come at most. All of them are seen, unless the reader stops the answer. */
  tokens: number
  /** The reader stops the answer once it has seen so many tokens. */
  stopAt: number
  /** To be called when the reader has all tokens: a connection is reset only then, since a reset may destroy what is on its way. */
  allSeen(): void
}

const QUICK_FAULTS = ['none', 'none', 'none', 'endless', 'reset', 'cut', 'no end', 'error frame'] as const
/** A silence takes long to be found out: one in so many answers has one. */
const STALL_ONE_IN = 20

/** Draws a plan. */
export function planOf(prompt: string, random: Random): Plan {
  const fault = random.whole(1, STALL_ONE_IN) === 1 ? 'stall' : random.pick(QUICK_FAULTS)
  const tokens = random.whole(3, 40)
  let allSeen = () => {}
  const seen = new Promise<void>((resolve) => {
    allSeen = resolve
  })
  const next = delta(tokenOf(prompt, tokens))
  const ends = {
    none: { status: 'completed', steps: [{ write: finish('stop') + done }] },
    endless: { status: 'completed', steps: slowTail(prompt, tokens) },
    reset: {
      status: 'interrupted',
      kind: 'network',
      steps: [...partOf(next, random), { until: seen }, { reset: true }],
    },
    cut: { status: 'interrupted', kind: 'network', steps: [...partOf(next, random), { until: seen }, { cut: true }] },
    'no end': { status: 'interrupted', kind: 'network', steps: [{ end: true }] },
    stall: { status: 'interrupted', kind: 'timeout', steps: [{ until: 'never' }] },
    'error frame': {
      status: 'interrupted',
      kind: 'upstream',
      steps: [{ write: event({ error: { message: 'overloaded', type: 'server_error', code: 500 } }) }, { end: true }],
    },
  } satisfies Record<(typeof QUICK_FAULTS)[number] | 'stall', Pick<Plan, 'status' | 'kind'> & { steps: Step[] }>
  const pace = random.whole(20, 100)
  const text = Array.from({ length: tokens }, (_, number): Step[] => [
    { wait: random.whole(0, 2 * pace) },
    { delta: tokenOf(prompt, number) },
  ])
  const { steps, ...end } = ends[fault]
  const refusals = Array.from({ length: random.whole(0, 8) === 0 ? random.whole(1, 2) : 0 }, () => refusal(random))
  return {
    prompt,
    tokens,
    allSeen,
    ...end,
    retried: refusals.length > 0,
    attempts: [...refusals, [...text.flat(), ...steps]],
    stopAt: fault === 'endless' ? random.whole(0, tokens) : Number.POSITIVE_INFINITY,
  }
}

/** Tokens on and on, so that only Stop ends the answer. */
function slowTail(prompt: string, from: number): Step[] {
  return Array.from({ length: 100 }, (_, index): Step[] => [
    { wait: 500 },
    { delta: tokenOf(prompt, from + index) },
  ]).flat()
}

/** A failure before the first token, which is tried again. */
function refusal(random: Random): Step[] {
  const status = random.pick([429, 500, 503])
  return random.pick<Step[]>([
    [{ reset: true }],
    [{ status, headers: { 'retry-after-ms': `${random.whole(1, 50)}` } }, { write: '{}' }, { end: true }],
  ])
}

/** A piece of an event: the connection goes at some byte of it, and before its data is whole. */
function partOf(text: string, random: Random): Step[] {
  const bytes = random.whole(0, text.length - 3)
  return bytes === 0 ? [] : [{ write: text.slice(0, bytes) }]
}
