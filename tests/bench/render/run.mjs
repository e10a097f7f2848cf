// `npm run bench:render`: what an answer costs the browser while it is written, beside plain text, react-markdown and
// streamdown in the same run; and what it takes to open a long one.
//
//   --only tail-50,whole   these scenarios, or groups of them
//   --targets rill         these targets
//   --rounds 2             of each scenario, the targets in turn
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { ensureBuilt, ensureInstalled, say } from '../../../lib/install.mjs'
import { browserFlags, ensureBrowser } from '../../browser.mjs'
import { stopAll } from '../processes.mjs'
import { fixed, medians, table } from '../report.mjs'
import { openingLimits, openings } from './openings.mjs'
import { openTargets } from './pages.mjs'
import { buildPeers, servePeers } from './peers.mjs'
import { limits, scenarios } from './scenarios.mjs'
import { startUpstream } from './upstream.mjs'

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, targets: { type: 'string' }, rounds: { type: 'string' } },
})
const rounds = Number(options.rounds ?? 2)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

ensureInstalled()
ensureBuilt()
await buildPeers()
const upstream = await startUpstream()
const peers = await servePeers()
const targets = await openTargets(upstream, peers)
const browser = await chromium.launch({ executablePath: ensureBrowser(), args: browserFlags })

const named = (names, ...own) => !names || names.split(',').some((name) => own.includes(name))
const chosen = scenarios.filter(({ name, group }) => named(options.only, name, group))
const chosenOpenings = openings.filter(({ name }) => named(options.only, name))
const idle = await idleShare()
const results = {}
for (const scenario of chosen) {
  results[scenario.name] = await measured(scenario)
  say(scenarioTable(scenario, results[scenario.name]))
}
for (const opening of chosenOpenings) results[opening.name] = await measuredOpening(opening)
if (chosenOpenings.length > 0) say(openingTable())
say(`\n### Limits (${rounds} rounds interleaved, ${cpus().length} cores, Chromium ${browser.version()})\n`)
say(table(['scenario', 'what', 'limit', 'measured', ''], limitRows()))
await browser.close()
await stopAll()
process.exit(0)

/** Each target in turn, as often as there are rounds: `{target: medians}`. */
async function measured(scenario) {
  const names = scenario.targets.filter((name) => named(options.targets, name))
  const all = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
      const figures = await targets[name].measure(context, scenario)
      await context.close()
      all[name].push({ ...figures, net: figures.busy - idle * figures.wall })
      process.stderr.write(`${scenario.name} ${name} ${fixed(all[name].at(-1).net / scenario.tokens, 3)} ms a token\n`)
    }
  }
  return Object.fromEntries(names.map((name) => [name, medians(all[name])]))
}

async function measuredOpening({ name, measure }) {
  const all = []
  for (let round = 0; round < rounds; round++) all.push(await measure(browser, targets.rill, upstream))
  process.stderr.write(`${name}\n`)
  return medians(all)
}

/** What a page does of itself, by asking for frames: the part of the time. */
async function idleShare() {
  const context = await browser.newContext()
  const figures = await targets.plain.measure(context, { tokens: 3, rate: 1 })
  await context.close()
  return figures.busy / figures.wall
}

function scenarioTable({ name, what, tokens }, of) {
  const rows = Object.entries(of).map(([target, each]) => [
    target,
    fixed(each.net / tokens, 3),
    fixed(each.net / each.updates, 2),
    fixed((100 * each.busy) / each.wall, 0),
    [each.script, each.style, each.layout].map((ms) => fixed(ms, 0)).join(' / '),
    `${fixed(each.longTasks, 0)} (${fixed(each.worstTask, 0)})`,
    `${fixed(each.worstGap, 0)} / ${fixed(each.dropped, 0)}`,
    fixed(each.shift, 3),
    fixed(each.heap, 1),
    fixed(each.nodes, 0),
  ])
  const header = [
    'target',
    'ms/token',
    'ms/update',
    'busy %',
    'script / style / layout ms',
    'tasks > 50 ms (worst)',
    'worst gap ms / dropped frames',
    'layout shift',
    'heap MB',
    'nodes',
  ]
  return `\n### ${name}: ${what}\n\n${table(header, rows)}`
}

function openingTable() {
  const rows = chosenOpenings.map(({ name, what }) => {
    const each = results[name]
    return [
      name,
      what,
      fixed(each.shown, 0),
      fixed(each.busy, 0),
      `${fixed(each.longTasks, 0)} (${fixed(each.worstTask, 0)})`,
      `${fixed(each.worstGap, 0)} / ${fixed(each.dropped, 0)}`,
      fixed(each.shift, 3),
      fixed(each.nodes, 0),
      fixed(each.heap, 1),
    ]
  })
  const header = [
    'scenario',
    'what',
    'text on the screen, ms',
    'busy ms',
    'tasks > 50 ms (worst)',
    'worst gap ms / dropped frames',
    'layout shift',
    'nodes',
    'heap MB',
  ]
  return `\n### Opening what is long\n\n${table(header, rows)}`
}

/** A limit whose scenarios were not all measured has no row. */
function limitRows() {
  return [...limits, ...openingLimits].flatMap(([name, { label, value, bound, holds }]) => {
    const found = tried(() => value(results))
    return found === null ? [] : [[name, label, fixed(bound, 2), fixed(found, 2), holds(found) ? 'OK' : 'over']]
  })
}

function tried(read) {
  try {
    const found = read()
    return Number.isFinite(found) ? found : null
  } catch {
    return null
  }
}
