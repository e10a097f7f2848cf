// Installs the packages and makes the build, each only if it isn't current.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const sources = ['app', 'components', 'lib', 'public', 'package-lock.json', 'next.config.ts', 'tsconfig.json']
const optionalSources = ['postcss.config.mjs', 'proxy.ts', 'instrumentation.ts', 'package.json', 'docs']
const stamp = join(root, '.next', 'rill-sources')

/** Prints a line. */
export function say(line) {
  process.stdout.write(`${line}\n`)
}

/** An error that the person who ran the command can fix. Its message is printed without a stack. */
export class Refusal extends Error {}

/** Installs the packages of package-lock.json unless these versions are installed. @throws {Refusal} with npm's output. */
export function ensureInstalled() {
  if (isInstalled()) return
  say('Installing packages. This happens once and takes about a minute.')
  const npm = process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
  run([...npm, 'ci', '--include=dev', '--no-audit', '--no-fund'], 'Couldn’t install the packages.')
}

/** Builds unless the last build has the same sources. @throws {Refusal} with Next's output. */
export function ensureBuilt() {
  const current = hashOfSources()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return
  say('Building. This happens once after each change and takes about half a minute.')
  run([process.execPath, join(root, 'node_modules/next/dist/bin/next'), 'build'], 'The build failed.')
  writeFileSync(stamp, current)
}

// npm writes node_modules/.package-lock.json last, so the file also proves that the install was completed.
function isInstalled() {
  const written = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(written)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(written, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (path in present ? present[path].version === entry.version : entry.optional || entry.devOptional),
  )
}

function hashOfSources() {
  const hash = createHash('sha256')
  const add = (path) => {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`)
    } else {
      hash.update(`\0${path}\0`).update(readFileSync(join(root, path)))
    }
  }
  for (const path of [...sources, ...optionalSources.filter((each) => existsSync(join(root, each)))]) add(path)
  return hash.digest('hex')
}

// Shows the command's output only if it fails.
function run([command, ...parameters], sentence) {
  const done = spawnSync(command, parameters, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: command.endsWith('.cmd'),
    env: { ...process.env, NODE_ENV: undefined, NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (done.status === 0) return
  throw new Refusal(`${sentence}\n\n${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`)
}
