// `npm run bench`: what Rill's relay costs, beside a plain node:http pipe and Next's bare one, in the same run.
//
//   --quick             one short round of each: that it works, not what it costs
//   --only s100,s1      these scenarios
//   --targets raw,rill  these targets
//   --rounds 3          of each scenario, the targets in turn
//   --profile FOLDER    a CPU profile of Rill, written there at the end
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ensureBuilt, ensureInstalled, root, say } from '../../lib/install.mjs'
import { percentiles } from './figures.mjs'
import { measure } from './load.mjs'
import { stopAll } from './processes.mjs'
import { limitRows, scenarioTable, table } from './report.mjs'
import { offeredRate, quick, scenarios, warmUps } from './scenarios.mjs'
import { starters, startUpstream } from './targets.mjs'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    targets: { type: 'string' },
    rounds: { type: 'string' },
    profile: { type: 'string' },
  },
})
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

ensureInstalled()
ensureBuilt()
buildNextPipe()
const chosen = scenarios
  .filter(({ name }) => !options.only || options.only.split(',').includes(name))
  .map((scenario) => (options.quick ? quick(scenario) : scenario))
const upstream = await startUpstream()
const targets = await startTargets()

const limits = []
let broken = 0
for (const scenario of chosen) {
  const results = await runScenario(scenario)
  say((scenario.table ?? scenarioTable)(scenario, results))
  if (results.rill) limits.push(...limitRows(scenario, results))
  broken += Object.values(results)
    .flat()
    .reduce((sum, { lost, doubled, failed }) => sum + lost + doubled + failed, 0)
}
say(`\n### Limits (${rounds} rounds interleaved, ${cpus().length} cores, Node ${process.versions.node})\n`)
say(table(['scenario', 'what', 'limit', 'measured', ''], limits))
say(`\n${broken === 0 ? 'Nothing lost, doubled or failed.' : `${broken} tokens or streams lost, doubled or failed.`}`)
if (broken > 0)
  for (const { name, server } of Object.values(targets)) if (server) say(`\n${name}: ${server.printed.slice(-2000)}`)
await stopAll()
process.exit(broken > 0 ? 1 : 0)

function buildNextPipe() {
  const cwd = join(root, 'tests', 'bench', 'next-pipe')
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  // Turbopack would take Rill's own proxy and instrumentation, further up, for this app's.
  const parameters = [join(root, 'node_modules/next/dist/bin/next'), 'build', '--webpack']
  const done = spawnSync(process.execPath, parameters, {
    cwd,
    env,
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`next-pipe could not be built.\n${done.stdout}${done.stderr}`)
}

async function startTargets() {
  const names = [...new Set(chosen.flatMap((scenario) => scenario.targets))]
  const nodeFlags = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : []
  const all = {}
  for (const name of names.filter((each) => !options.targets || options.targets.split(',').includes(each))) {
    all[name] = await starters[name](upstream.address, { nodeFlags })
    for (const warmUp of warmUps) await measure(all[name], warmUp, 0)
  }
  return all
}

async function runScenario(scenario) {
  const names = scenario.targets.filter((name) => name in targets)
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      await upstream.resetStats()
      const { stops, reasons, ...measured } = await (scenario.measure ?? measure)(targets[name], scenario, round)
      measured.offered = measured.tokensPerSecond / offeredRate(scenario)
      if (scenario.stopAfter) measured.stop = await stopFigures(stops)
      for (const [reason, count] of Object.entries(reasons)) say(`${scenario.name}, ${name}: ${count} × ${reason}`)
      results[name].push(measured)
      await wait(400)
    }
  }
  return results
}

/** From each stop to the upstream seeing its connection closed, and what it had sent by then that had not been shown. */
async function stopFigures(stops) {
  await wait(1500)
  const { open, cut } = await upstream.stats()
  const known = cut.filter(({ id }) => stops.has(id))
  return {
    closed: percentiles(known.map(({ id, at }) => at - stops.get(id).at)),
    tokensAfter: percentiles(known.map(({ id, sent }) => sent - stops.get(id).seen)),
    leftOpen: open,
  }
}
