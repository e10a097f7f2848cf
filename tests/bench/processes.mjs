// Starts the servers of a run, ends them with it, and reads from /proc (Linux) what they cost.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const READY_TIMEOUT_MS = 180_000
const measurable = process.platform === 'linux'
const started = []

/** A TCP port of loopback that nothing listens on. */
export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

/**
 * Starts a Node program and waits until `ready` (an address) answers.
 * @throws {Error} when it ends first, with what it printed.
 */
export async function start(name, parameters, { env = {}, cwd, ready }) {
  const all = { ...process.env, ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  const server = begin(name, process.execPath, parameters, { cwd, env: all })
  return await whenReady(server, async () => {
    const answer = await fetch(ready, { signal: AbortSignal.timeout(1000) }).catch(() => null)
    return answer?.ok
  })
}

/**
 * Starts any other program and waits until it has printed some words.
 * @throws {Error} when there is none, or it ends first, with what it printed.
 */
export async function startProgram(program, parameters, words) {
  const server = begin(program, program, parameters, {})
  return await whenReady(server, () => server.printed.includes(words))
}

function begin(name, program, parameters, options) {
  const child = spawn(program, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const server = { name, pid: child.pid, printed: '', child, failed: false }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (server.printed += text))
  child.on('error', ({ message }) => {
    server.failed = true
    server.printed += message
  })
  started.push(server)
  return server
}

async function whenReady(server, isReady) {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (Date.now() < deadline && server.child.exitCode === null && !server.failed) {
    if (await isReady()) return server
    await wait(50)
  }
  throw new Error(`${server.name} did not start.\n${server.printed}`)
}

/** Ends all that was started: as Ctrl-C would, and by force after a while. */
export async function stopAll() {
  const running = started.splice(0).filter(({ child }) => child.exitCode === null && child.signalCode === null)
  const ended = running.map(({ child }) => new Promise((done) => child.once('exit', done)))
  for (const { child } of running) child.kill('SIGINT')
  await Promise.race([Promise.all(ended), wait(10_000)])
  for (const { child } of running) child.kill('SIGKILL')
}
process.once('exit', () => {
  for (const { child } of started) child.kill('SIGKILL')
})

/** Seconds of processor time that a process and its children have used; NaN where that cannot be read. */
export function cpuSeconds(pid) {
  if (!measurable || !pid) return Number.NaN
  let nanoseconds = 0
  for (const each of tree(pid)) {
    for (const thread of entries(`/proc/${each}/task`)) {
      nanoseconds += Number(contents(`/proc/${each}/task/${thread}/schedstat`).split(' ')[0])
    }
  }
  return nanoseconds / 1e9
}

/** Starts the peak of a process's memory anew. */
export function resetPeakMemory(pid) {
  if (!measurable || !pid) return
  for (const each of tree(pid)) writeFileSync(`/proc/${each}/clear_refs`, '5')
}

/** The most memory (resident, MB) that a process and its children have held. */
export function peakMemory(pid) {
  if (!measurable || !pid) return Number.NaN
  const kilobytes = tree(pid).map((each) => Number(/VmHWM:\s+(\d+)/.exec(contents(`/proc/${each}/status`))?.[1] ?? 0))
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024
}

function tree(pid) {
  const children = entries(`/proc/${pid}/task`).flatMap((thread) =>
    contents(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(tree)]
}

// A thread or a child may end between two looks at it.
function entries(path) {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function contents(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
