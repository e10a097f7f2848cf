import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from './debian'
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
  const program = programOf('redis-server', 'redis-server')
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'rill-redis-'))
  let server = await serve(program, port, folder)
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
      server = await serve(program, port, folder)
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
  }
}

async function serve(program: string, port: number, folder: string): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn(program, settings, { stdio: ['ignore', 'pipe', 'inherit'] })
  let words = ''
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    words += chunk
    if (!words.includes('Ready to accept connections')) continue
    server.stdout.resume()
    return server
  }
  throw new Error(`Redis did not start.\n${words}`)
}
