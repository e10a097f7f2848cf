// What `npm test -- changed` runs: the tests that a change is most likely to break, in the time that one waits for.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { root } from '../lib/install.mjs'

/** Seconds of test files, each taken alone: two run at once. */
const UNIT_SECONDS = 50
const WHOLE_SECONDS = 50
/** What a file is taken to last that has not been run on this machine. */
const GUESS = { unit: 1.5, integration: 8, e2e: 15 }

/** Where the app is built from: a change there is seen by tests of the whole. */
const sources = /^(app|components|lib|messages|public)\/|^[^/]+\.(ts|mjs|json)$/
export const smoke = ['integration/contract', 'e2e/open']

/**
 * Tests of the whole by what they exercise; the most telling first. Before them come those that share a word with the file.
 * @type {[RegExp, string[]][]}
 */
export const rooms = [
  [/^(components|app\/\(chat\)|lib\/client)\//, ['e2e/streaming', 'e2e/composer', 'e2e/again', 'e2e/errors']],
  [/markdown/, ['e2e/markdown', 'e2e/writing-inlines', 'e2e/writing-blocks', 'e2e/hostile.alone']],
  [/^components\/(transcript|message|conversation|find)\//, ['e2e/scroll', 'e2e/end-first', 'e2e/long', 'e2e/find']],
  [/^components\/(sidebar|shell|ui|page)\//, ['e2e/sidebar', 'e2e/phone', 'e2e/accessibility']],
  [/^components\/(settings|lab)\//, ['e2e/settings', 'e2e/prices', 'e2e/budgets', 'e2e/usage']],
  [/^lib\/protocol\//, ['integration/chat', 'integration/input', 'e2e/streaming']],
  [
    /^(lib\/(runs|event-log|instances|server)|app\/api\/(chat|generations))\//,
    [
      'integration/chat',
      'integration/endings.alone',
      'integration/turns',
      'integration/retries',
      'integration/multiplexed',
    ],
  ],
  [/^lib\/(upstream|providers|tokens)\//, ['integration/endings.alone', 'integration/answers', 'integration/matrix']],
  [/^lib\/prompt\//, ['integration/unanswered', 'integration/estimate.alone']],
  [
    /^lib\/database\//,
    ['integration/conversations', 'integration/upgrade', 'integration/ownership', 'integration/turns'],
  ],
  [/usage|billing|price|budget/, ['integration/budgets', 'integration/usage', 'integration/counting', 'e2e/costs']],
  [
    /^(lib\/(accounts|http)|app\/(api\/session|sign-in)|proxy)/,
    ['integration/safety', 'integration/input', 'integration/ownership', 'integration/limits', 'e2e/sign-in'],
  ],
  [/tracing|metrics|log\.ts/, ['integration/metrics', 'integration/tracing']],
  [/^lib\/[^/]+$|instrumentation/, ['integration/start', 'integration/drain', 'integration/machines.alone']],
  [/^app\//, ['integration/ownership', 'integration/safety', 'e2e/errors']],
]

/** Too common to tell anything. */
const idle = new Set([
  'alone',
  'full',
  'test',
  'spec',
  'lib',
  'app',
  'api',
  'components',
  'use',
  'page',
  'index',
  'ts',
  'tsx',
])

/**
 * The steps to run, with their files, and what they leave out; by what has changed since this branch left `main`, and by
 * how long each file took when it last ran.
 */
export function stepsForChanges(secondsOf) {
  const files = changedFiles()
  const unit = fitting(unitTests(), UNIT_SECONDS, (file) => secondsOf[file] ?? GUESS.unit)
  const whole = fitting(testsOfTheWhole(files), WHOLE_SECONDS, (file) => secondsOf[file] ?? GUESS[file.split('/')[1]])
  const steps = [{ name: 'types' }, { name: 'lint' }, { name: 'unused' }]
  if (unit.chosen.length > 0) steps.push({ name: 'unit', paths: unit.chosen })
  if (whole.chosen.length > 0) steps.push({ name: 'build' })
  for (const name of ['integration', 'e2e']) {
    const paths = whole.chosen.filter((file) => file.startsWith(`tests/${name}/`))
    if (paths.length > 0) steps.push({ name, paths })
  }
  return { files, steps, leftOut: [...unit.leftOut, ...whole.leftOut].toSorted() }
}

/** Paths from the root, also of files that git does not know yet. */
function changedFiles() {
  const listed = git('diff', '--name-only', base())
  return [...new Set([...listed, ...git('ls-files', '--others', '--exclude-standard')])]
}

function base() {
  const [found] = ['main', 'origin/main'].flatMap((branch) => git('merge-base', 'HEAD', branch))
  return found ?? 'HEAD'
}

function git(...parameters) {
  const { stdout } = spawnSync('git', parameters, { cwd: root, encoding: 'utf8' })
  return (stdout ?? '').split('\n').filter((line) => line !== '')
}

/** The unit tests that import something that has changed, at any remove; as Vitest knows them. */
function unitTests() {
  const parameters = ['list', `--changed=${base()}`, '--filesOnly', '--project=unit', '--project=dom']
  const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...parameters], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return [...stdout.matchAll(/tests\/unit\/\S+/g)].map(([file]) => file)
}

/** Integration and end-to-end tests that a change of these files may break, the likeliest first. */
export function testsOfTheWhole(files) {
  const all = ['tests/integration', 'tests/e2e'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.(test|spec)\.ts$/.test(name) && !name.includes('.full.'))
      .map((name) => `${folder}/${name}`),
  )
  const pathOf = (name) => {
    const [layer, test] = name.split('/')
    return all.find((file) => file.startsWith(`tests/${layer}/`) && basename(file).startsWith(`${test}.`))
  }
  const ofSource = files.filter((file) => sources.test(file))
  const named = ofSource.flatMap((file) => rooms.flatMap(([pattern, tests]) => (pattern.test(file) ? tests : [])))
  return [
    ...new Set([
      ...files.filter((file) => all.includes(file)),
      ...all.filter((test) => files.some((file) => file.startsWith('tests/') && imports(test, file))),
      ...all.filter((test) => ofSource.some((file) => shareAWord(test, file))),
      ...(ofSource.length > 0 ? smoke : []).map(pathOf),
      ...byFrequency(named).map(pathOf),
    ]),
  ].filter((test) => test !== undefined)
}

function imports(test, file) {
  return readFileSync(join(root, test), 'utf8').includes(`/${basename(file, extname(file))}'`)
}

function shareAWord(test, file) {
  const words = wordsOf(file)
  return wordsOf(basename(test)).some((word) => words.includes(word))
}

/** In the singular. */
function wordsOf(path) {
  const words = path.split(/[^a-z0-9]+/i).filter((word) => !idle.has(word))
  return words.map((word) => word.replace(/ies$/, 'y').replace(/s$/, ''))
}

function byFrequency(names) {
  const times = (name) => names.filter((each) => each === name).length
  return [...new Set(names)].toSorted((one, other) => times(other) - times(one))
}

/** As many of the files, in their order, as fit the time. */
function fitting(files, seconds, secondsOf) {
  const [chosen, leftOut] = [[], []]
  let sum = 0
  for (const file of files) {
    if (sum + secondsOf(file) > seconds) leftOut.push(file)
    else {
      chosen.push(file)
      sum += secondsOf(file)
    }
  }
  return { chosen, leftOut }
}
