// Tables: what was measured, and what it says about the limits.
import { median } from './figures.mjs'

/** The median over the rounds of every figure of a measurement. */
export function medians(rounds) {
  const [first] = rounds
  return Object.fromEntries(
    Object.keys(first).map((key) => {
      const values = rounds.map((round) => round[key])
      if (typeof first[key] === 'number') return [key, median(values)]
      return [key, first[key] !== null && typeof first[key] === 'object' ? medians(values) : first[key]]
    }),
  )
}

/** The table of one scenario. `results` is `{target: measurements, one a round}`. */
export function scenarioTable(scenario, results) {
  const rate = scenario.rate ? `${scenario.rate} tokens/s` : 'at once'
  const raw = results.raw && medians(results.raw)
  const rows = Object.entries(results).map(([name, rounds]) => {
    const of = medians(rounds)
    const sum = (key) => rounds.reduce((total, round) => total + round[key], 0)
    return [
      name,
      spread(rounds.map((round) => round.tokensPerSecond)),
      `${fixed(of.ttft.p50, 1)} / ${fixed(of.ttft.p95, 1)}`,
      `${fixed(of.lag.p50, 2)} / ${fixed(of.lag.p99, 1)}`,
      fixed(of.cpuPerMillion / raw?.cpuPerMillion, 2),
      fixed(of.memory, 0),
      ...(of.stop
        ? [`${fixed(of.stop.closed.p50, 0)} / ${fixed(of.stop.closed.p95, 0)}`, fixed(of.stop.tokensAfter.p50, 0)]
        : []),
      `${sum('lost')} / ${sum('doubled')} / ${sum('failed')}`,
    ]
  })
  const header = ['target', 'tokens/s', 'TTFT p50 / p95 ms', 'lag p50 / p99 ms', 'CPU × raw', 'peak MB']
  if (scenario.stopAfter) header.push('closed p50 / p95 ms', 'tokens after')
  header.push('lost / doubled / failed')
  const title = `### ${scenario.name}: ${scenario.what} (${scenario.streams} × ${rate} × ${scenario.tokens} tokens)`
  return `\n${title}\n\n${table(header, rows)}`
}

/** One row for each limit: `[scenario, label, bound, measured, verdict]`. Each round is its own comparison, for the spread. */
export function limitRows(scenario, results) {
  const names = Object.keys(results)
  if (!scenario.targets.every((name) => names.includes(name))) return []
  const rounds = results.rill.map((_, round) => Object.fromEntries(names.map((name) => [name, results[name][round]])))
  const overall = Object.fromEntries(names.map((name) => [name, medians(results[name])]))
  return scenario.limits.map(({ label, value, bound, holds }) => {
    const measured = value(overall)
    const apart = rounds.map(value).filter(Number.isFinite)
    const range = apart.length > 1 ? ` [${fixed(Math.min(...apart), 2)}–${fixed(Math.max(...apart), 2)}]` : ''
    return [scenario.name, label, bound, `${fixed(measured, 2)}${range}`, holds(measured) ? 'OK' : 'over']
  })
}

/** What a figure may be at the most. `value` reads it from the results. */
export const limit = (label, value, bound) => ({ label, value, bound, holds: (measured) => measured <= bound })

/** A Markdown table. */
export function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

function spread(values) {
  const text = fixed(median(values), 0)
  return values.length > 1 ? `${text} [${fixed(Math.min(...values), 0)}–${fixed(Math.max(...values), 0)}]` : text
}

export function fixed(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : '–'
}
