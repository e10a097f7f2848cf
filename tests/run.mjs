// `npm test`: everything that must hold before a change goes in. `npm test -- unit e2e`, or a path under tests/, for a part;
// `npm test -- changed` for what a change can reach; `npm run test:full` for all there is.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ensureBuilt, ensureInstalled, Refusal, root, say } from '../lib/install.mjs'
import { stepsForChanges } from './changed.mjs'

const reports = mkdtempSync(join(tmpdir(), 'rill-reports-'))
process.once('exit', () => rmSync(reports, { recursive: true, force: true }))
/** How many seconds each file took when it last ran here. */
const timesFile = join(root, 'node_modules/.cache/rill-tests/seconds.json')
const SLOWEST = 10

const steps = [
  { name: 'types', run: () => node({}, 'next/dist/bin/next', 'typegen') && node({}, 'typescript/bin/tsc', '--noEmit') },
  { name: 'lint', run: () => node({}, '@biomejs/biome/bin/biome', 'check', '.') },
  { name: 'unused', run: () => node({}, 'knip/bin/knip.js') },
  { name: 'unit', folder: 'tests/unit/', run: (paths) => vitest('unit', ['unit', 'dom'], paths), totals: ofVitest },
  { name: 'build', run: build },
  {
    name: 'integration',
    folder: 'tests/integration/',
    needs: 'build',
    run: (paths) => vitest('integration', ['integration', 'integration-alone'], paths),
    totals: ofVitest,
  },
  { name: 'e2e', folder: 'tests/e2e/', needs: 'build', run: playwright, totals: ofPlaywright },
]

const results = []
const seconds = {}
if (await attempt(ensureInstalled)) {
  for (const step of chosenSteps(process.argv.slice(2))) results.push(await runStep(step))
} else {
  results.push({ name: 'install', seconds: 0, passed: 0, failed: 1, skipped: 0 })
}
rememberTimes()
summarise(results)

function chosenSteps(words) {
  if (words.some((word) => word === 'full' || word.includes('.full.'))) process.env.RILL_TESTS = 'full'
  if (words.length === 0 || words[0] === 'full') return steps
  if (words[0] === 'changed') return stepsOfChanges()
  const chosen = steps.flatMap((step) => {
    const paths = words.filter((word) => step.folder && word.startsWith(step.folder))
    return paths.length > 0 || words.includes(step.name) ? [{ ...step, paths }] : []
  })
  const needed = steps.filter(({ name }) => chosen.some(({ needs }) => needs === name) && !words.includes(name))
  if (chosen.length > 0) return [...needed, ...chosen]
  say(`There is no step or test ${words.join(', ')}. The steps are ${steps.map(({ name }) => name).join(', ')}.`)
  process.exit(1)
}

function stepsOfChanges() {
  const { files, steps: chosen, leftOut } = stepsForChanges(earlierTimes())
  say(`Changed since main: ${files.length} ${files.length === 1 ? 'file' : 'files'}.`)
  if (leftOut.length > 0) say(['Left out for lack of time; `npm test` runs them:', ...leftOut].join('\n  '))
  return chosen.map(({ name, paths }) => ({ ...steps.find((step) => step.name === name), paths }))
}

/** Runs a step. Its tests count as they are reported; a step without tests of its own counts as one. */
async function runStep({ name, needs, run, totals, paths = [] }) {
  say(`\n── ${name}`)
  const startedAt = Date.now()
  const blocked = results.some((result) => result.name === needs && result.failed > 0)
  if (blocked) say(`Not run, since ${needs} failed.`)
  const succeeded = !blocked && (await attempt(() => run(paths)))
  const reported = totals?.(reportsOf(name))
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
  const reporters = ['--reporter=default', '--reporter=json', '--reporter=./tests/file-times.mjs']
  const times = join(reports, 'seconds.json')
  const output = `--outputFile.json=${join(reports, `${name}.json`)}`
  const succeeded = node({ FILE_TIMES: times }, 'vitest/vitest.mjs', 'run', ...chosen, ...reporters, output, ...paths)
  if (existsSync(times)) Object.assign(seconds, readJson(times))
  return succeeded
}

/** What holds clocks comes last, when nothing else runs. */
async function playwright(paths) {
  const { ensureBrowser } = await import('./browser.mjs')
  say(`The browser is ${ensureBrowser()}.`)
  const outcomes = ['e2e', 'e2e-alone'].map((project) => {
    const report = { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, `e2e-${project}.json`) }
    const options = [`--project=${project}`, '--reporter=list,json', '--pass-with-no-tests']
    return node(report, '@playwright/test/cli.js', 'test', ...options, ...paths)
  })
  return outcomes.every(Boolean)
}

/** Runs a program of node_modules, its output shown as it comes. */
function node(variables, program, ...parameters) {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', program), ...parameters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...variables },
  })
  return done.status === 0
}

function reportsOf(name) {
  return readdirSync(reports)
    .filter((file) => file.startsWith(name))
    .map((file) => readJson(join(reports, file)))
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function ofVitest([report]) {
  if (!report) return null
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}

function ofPlaywright(found) {
  const sum = (count) => found.reduce((total, { stats }) => total + count(stats), 0)
  for (const { suites } of found) for (const suite of suites) addTimes(suite, `tests/e2e/${suite.file}`)
  const counts = {
    passed: sum(({ expected }) => expected),
    failed: sum(({ unexpected, flaky }) => unexpected + flaky),
    skipped: sum(({ skipped }) => skipped),
  }
  // Neither project has a file of the name that was asked for.
  if (found.length > 0 && sum(({ expected, unexpected }) => expected + unexpected) === 0) counts.failed = 1
  return counts
}

function addTimes({ specs, suites = [] }, file) {
  const runs = specs.flatMap(({ tests }) => tests).flatMap((test) => test.results)
  seconds[file] = runs.reduce((sum, { duration }) => sum + duration / 1000, seconds[file] ?? 0)
  for (const suite of suites) addTimes(suite, file)
}

function earlierTimes() {
  return existsSync(timesFile) ? readJson(timesFile) : {}
}

function rememberTimes() {
  mkdirSync(dirname(timesFile), { recursive: true })
  writeFileSync(timesFile, JSON.stringify({ ...earlierTimes(), ...seconds }))
}

function slowest() {
  return Object.entries(seconds)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, SLOWEST)
    .map(([file, time]) => `${time.toFixed(1).padStart(8)} s  ${file}`)
}

function summarise(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const counts = ({ passed, failed, skipped }) =>
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  say('')
  const files = slowest()
  if (files.length > 1) say(['The slowest files:', ...files].join('\n'))
  say('')
  for (const result of results) {
    const mark = result.failed > 0 ? '✗' : '✓'
    say(`${mark} ${result.name.padEnd(12)} ${counts(result).padEnd(36)} ${result.seconds.toFixed(1).padStart(6)} s`)
  }
  const all = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
  say(`rill: ${counts(all)}`)
  process.exit(all.failed > 0 ? 1 : 0)
}
