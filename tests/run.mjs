// `npm test`: everything that must hold before a change goes in. `npm test -- unit e2e`, or a path under tests/, for a part.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, Refusal, root, say } from '../lib/install.mjs'

const reports = mkdtempSync(join(tmpdir(), 'rill-reports-'))
process.once('exit', () => rmSync(reports, { recursive: true, force: true }))

const steps = [
  { name: 'types', run: () => node('next/dist/bin/next', 'typegen') && node('typescript/bin/tsc', '--noEmit') },
  { name: 'lint', run: () => node('@biomejs/biome/bin/biome', 'check', '.') },
  { name: 'unused', run: () => node('knip/bin/knip.js') },
  { name: 'unit', folder: 'tests/unit/', run: (paths) => vitest('unit', ['unit', 'dom'], paths), totals: ofVitest },
  { name: 'build', run: build },
  {
    name: 'integration',
    folder: 'tests/integration/',
    needs: 'build',
    run: (paths) => vitest('integration', ['integration'], paths),
    totals: ofVitest,
  },
  { name: 'e2e', folder: 'tests/e2e/', needs: 'build', run: playwright, totals: ofPlaywright },
]

const results = []
if (await attempt(ensureInstalled)) {
  for (const step of chosenSteps(process.argv.slice(2))) results.push(await runStep(step))
} else {
  results.push({ name: 'install', seconds: 0, passed: 0, failed: 1, skipped: 0 })
}
summarise(results)

function chosenSteps(words) {
  if (words.length === 0) return steps
  const chosen = steps.flatMap((step) => {
    const paths = words.filter((word) => step.folder && word.startsWith(step.folder))
    return paths.length > 0 || words.includes(step.name) ? [{ ...step, paths }] : []
  })
  const needed = steps.filter(({ name }) => chosen.some(({ needs }) => needs === name) && !words.includes(name))
  if (chosen.length > 0) return [...needed, ...chosen]
  say(`There is no step or test ${words.join(', ')}. The steps are ${steps.map(({ name }) => name).join(', ')}.`)
  process.exit(1)
}

/** Runs a step. Its tests count as they are reported; a step without tests of its own counts as one. */
async function runStep({ name, needs, run, totals, paths = [] }) {
  say(`\n── ${name}`)
  const startedAt = Date.now()
  const blocked = results.some((result) => result.name === needs && result.failed > 0)
  if (blocked) say(`Not run, since ${needs} failed.`)
  const succeeded = !blocked && (await attempt(() => run(paths)))
  const reported = existsSync(reportOf(name)) ? totals(JSON.parse(readFileSync(reportOf(name), 'utf8'))) : null
  const counts = reported ?? { passed: succeeded && !totals ? 1 : 0, failed: 0, skipped: 0 }
  // A file that does not load, or a report that was never written, is a failure that no test stands for.
  const failed = succeeded ? counts.failed : Math.max(1, counts.failed)
  return { name, seconds: (Date.now() - startedAt) / 1000, ...counts, failed }
}

async function attempt(work) {
  try {
    return (await work()) !== false
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    say(error.message)
    return false
  }
}

function build() {
  ensureBuilt()
  say('The build is current.')
}

function vitest(name, projects, paths) {
  const chosen = projects.map((project) => `--project=${project}`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(name)}`]
  return node('vitest/vitest.mjs', 'run', ...chosen, ...reporters, ...paths)
}

async function playwright(paths) {
  const { ensureBrowser } = await import('./browser.mjs')
  say(`The browser is ${ensureBrowser()}.`)
  return node('@playwright/test/cli.js', 'test', '--reporter=list,json', ...paths)
}

/** Runs a program of node_modules, its output shown as it comes. */
function node(program, ...parameters) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf('e2e') }
  const done = spawnSync(process.execPath, [join(root, 'node_modules', program), ...parameters], {
    cwd: root,
    stdio: 'inherit',
    env,
  })
  return done.status === 0
}

function reportOf(name) {
  return join(reports, `${name}.json`)
}

function ofVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}

function ofPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped }
}

function summarise(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const counts = ({ passed, failed, skipped }) =>
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  say('')
  for (const result of results) {
    const mark = result.failed > 0 ? '✗' : '✓'
    say(`${mark} ${result.name.padEnd(12)} ${counts(result).padEnd(36)} ${result.seconds.toFixed(1).padStart(6)} s`)
  }
  const all = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
  say(`rill: ${counts(all)}`)
  process.exit(all.failed > 0 ? 1 : 0)
}
