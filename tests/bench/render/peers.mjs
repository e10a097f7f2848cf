// The pages that Rill is held against, in peers/: bundled for production, with packages of their own.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { root, say } from '../../../lib/install.mjs'

const folder = join(root, 'tests', 'bench', 'render', 'peers')
const types = { '.js': 'text/javascript', '.html': 'text/html; charset=utf-8' }

/** Installs the peers' packages where they are not, and bundles their page. Gives the folder of what was built. */
export async function buildPeers() {
  if (!existsSync(join(folder, 'node_modules', '.package-lock.json'))) {
    say('Installing the packages of the peers. This happens once.')
    const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`The peers could not be installed.\n${done.stderr}`)
  }
  const { build } = createRequire(join(folder, 'package.json'))('esbuild')
  await build({
    absWorkingDir: folder,
    entryPoints: ['page.jsx'],
    outdir: 'built',
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    target: 'es2023',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.css': 'empty' },
    logLevel: 'error',
  })
}

/** Serves the page; `address` is where. */
export async function servePeers() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const file = pathname === '/' ? join(folder, 'index.html') : join(folder, 'built', pathname)
    if (!existsSync(file)) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': types[extname(file)] }).end(readFileSync(file))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}
