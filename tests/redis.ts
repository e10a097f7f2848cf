import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports'

export interface RedisServer {
  url: string
  /** Ends the server and all that it holds; the port stays its own. */
  stop(): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
  /** Halts the process without closing its connections, and lets it go on. */
  freeze(): void
  thaw(): void
}

/**
 * Starts a Redis server of its own, with nothing on disk and on a free port of loopback. Where there is none, root gets
 * Debian's by apt.
 * @throws {Error} in words when there is none for this machine, or it does not start.
 */
export async function startRedis(): Promise<RedisServer> {
  ensureInstalled()
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'rill-redis-'))
  let server = await serve(port, folder)
  process.once('exit', () => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
    async start() {
      server = await serve(port, folder)
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
  }
}

async function serve(port: number, folder: string): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] })
  let words = ''
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    words += chunk
    if (!words.includes('Ready to accept connections')) continue
    server.stdout.resume()
    return server
  }
  throw new Error(`Redis did not start.\n${words}`)
}

function ensureInstalled(): void {
  if (spawnSync('redis-server', ['--version']).status === 0) return
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    const install = ['-o', 'DPkg::Lock::Timeout=900', 'install', '-y', '--no-install-recommends', 'redis-server']
    execFileSync('apt-get', ['update'], { stdio: 'ignore' })
    execFileSync('apt-get', install, { stdio: 'ignore', env: { ...process.env, RUNLEVEL: '1' } })
    return
  }
  throw new Error(
    'There is no Redis for these tests: install `redis-server` 7 or later (Debian and Ubuntu: apt install redis-server; macOS: brew install redis).',
  )
}
