// Serves a build of Rill in this process, from its settings to its end.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { answeredAtOnce, assetsOf, refuse } from './http-defaults.mjs'
import { Refusal, root, say } from './install.mjs'
import { streamingRoutes } from './streaming-routes.mjs'

/** Runs a command. A refusal is printed as one message, without a stack, and ends the process. */
export async function inWords(work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** @throws {Refusal} when this Node is too old. */
export function requireNode(major, minor) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number)
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return
  throw new Refusal(
    `Rill needs Node ${major}.${minor} or later, but this is ${process.versions.node}. Get a newer version from https://nodejs.org.`,
  )
}

/** Reads the environment and returns the address to listen on. @throws {Refusal} when a setting is wrong. */
export function settings() {
  loadEnvironment()
  const address = listenAddress(process.env)
  requireAddress('OPENAI_BASE_URL', process.env.OPENAI_BASE_URL)
  return address
}

/** @throws {Refusal} when nothing can listen there. */
export async function requireFree(address) {
  const probe = await listen(createServer(), address)
  probe.close()
}

// Uses Next's own reader, so that `npm start` and `npm run dev` read the same files. The shell's variables win.
function loadEnvironment() {
  process.env.NODE_ENV = 'production'
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  const ofNext = createRequire(join(root, 'node_modules/next/package.json'))
  ofNext('@next/env').loadEnvConfig(root)
}

function listenAddress({ HOST, PORT, RILL_PASSWORD, RILL_OPEN }) {
  const host = HOST?.trim() || '127.0.0.1'
  const port = Number(PORT?.trim() || 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Refusal(`PORT is "${PORT}", which isn’t a port. Set it to a number from 1 to 65535, e.g. PORT=3000.`)
  }
  const loopback = host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
  const open = ['1', 'true', 'yes'].includes(RILL_OPEN?.trim().toLowerCase() ?? '')
  if (!loopback && !RILL_PASSWORD?.trim() && !open) {
    throw new Refusal(
      `HOST is ${host}, so other machines could use this Rill and its keys. Set RILL_PASSWORD to require a password, or RILL_OPEN=1 to let everyone in.`,
    )
  }
  return { host, port }
}

function requireAddress(name, value) {
  const address = unquoted(value)
  if (!address || URL.canParse(address)) return
  throw new Refusal(`${name} isn’t a valid address. It should look like http://127.0.0.1:11434/v1; see .env.example.`)
}

/** The value without the quotes that many paste along with it. */
function unquoted(value = '') {
  return value.replace(/^[\s"'`“”]+|[\s"'`“”]+$/g, '')
}

function listen(server, { host, port }) {
  const reasons = {
    EADDRINUSE: `Port ${port} is in use. Stop whatever is using it, or choose another: PORT=${port + 1} npm start`,
    EACCES: `This user isn’t allowed to use port ${port}. Choose one above 1023: PORT=3000 npm start`,
    EADDRNOTAVAIL: `HOST is ${host}, which isn’t an address of this machine. Unset it, or set it to one that is.`,
    ENOTFOUND: `HOST is ${host}, which doesn’t resolve. Unset it, or set it to an address of this machine.`,
  }
  return new Promise((done, fail) => {
    server.once('error', (error) => fail(error.code in reasons ? new Refusal(reasons[error.code]) : error))
    server.listen({ host, port }, () => done(server))
  })
}

/** Serves until a signal ends the process. @throws {Refusal} when it cannot. */
export async function serve({ host, port }) {
  let ready
  const handler = new Promise((done) => {
    ready = done
  })
  const handling = new Set()
  const assets = assetsOf(root)
  const server = createServer((request, response) => {
    // Replaces whatever was sent: lib/http/address.ts trusts it.
    request.headers['x-rill-peer'] = request.socket.remoteAddress ?? ''
    if (answeredAtOnce(request, response, assets)) return
    const handled = answer(handler, request, response).finally(() => handling.delete(handled))
    handling.add(handled)
  })
  await listen(server, { host, port })
  const address = addressOf(host, server.address().port)
  process.env.HOST = host
  process.env.PORT = String(server.address().port)

  const next = createRequire(join(root, 'package.json'))('next')
  // Next would take upgrades from its server, past all checks here, and answer none. Without a listener for them, Node
  // takes a request that offers one for an ordinary request.
  const noUpgrades = createServer()
  const app = next({ dir: root, hostname: host, port: server.address().port, httpServer: noUpgrades })
  // The server's own side handles the signals (lib/server/shutdown.ts), and closes this once all is saved.
  globalThis.rill ??= new Map()
  globalThis.rill.set('close', (withinMs) => close(server, app, handling, withinMs))
  await withoutNextsNotes(() => app.prepare())
  const byRouter = app.getRequestHandler()
  const streaming = streamingRoutes(root)
  ready((request, response) => streaming(request, response) ?? byRouter(request, response))
  if (process.env.npm_lifecycle_event) whenOrphaned(() => process.kill(process.pid, 'SIGTERM'))
  await requireHealth(address)
  const reach = everywhere(host) ? ' (and at every other address of this machine)' : ''
  say(`Rill is at ${address}${reach} — ${modelsInUse(process.env)}`)
  say(`Conversations are saved in ${placeOfData(process.env)}`)
  adviseNode()
}

function adviseNode() {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 22)
    say(
      `Node ${process.versions.node} has reached its end of life and no longer gets security fixes. Use Node 22 or 24.`,
    )
}

async function answer(handler, request, response) {
  try {
    const handle = await handler
    await handle(request, response)
  } catch (error) {
    // The client has gone, which isn't an error.
    if (response.destroyed) return
    process.stderr.write(`${error.stack ?? error}\n`)
    if (response.headersSent) response.destroy()
    else refuse(response, 500, 'Internal Server Error')
  }
}

// npm sends a signal to the shell between it and Rill, which dies without passing it on.
function whenOrphaned(end) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    end()
  }, 250)
  watch.unref()
}

// The first request waits for the database and its migrations. A failure there prints its own message and ends the process.
async function requireHealth(address) {
  const answer = await fetch(`${address}/api/health`)
  if (!answer.ok) throw new Refusal('Rill started but can’t serve requests. See the messages above for the reason.')
}

// Next prints how long it took to read its settings, which is of no use to whoever starts Rill.
async function withoutNextsNotes(work) {
  const { write } = process.stdout
  process.stdout.write = () => true
  await work()
  process.stdout.write = write
}

/** Accepts no new connections, and settles when every response has ended or, after `withinMs`, been cut. */
async function close(server, app, handling, withinMs) {
  // Browsers that read here what another instance writes reconnect there.
  setTimeout(() => server.closeAllConnections(), withinMs)
  const closed = new Promise((done) => server.close(done))
  // Keep-alive connections become idle one by one, as their responses end.
  setInterval(() => server.closeIdleConnections(), 20)
  await closed
  // A response closes shortly before its request handler settles, which is when its span is complete.
  await Promise.all(handling)
  await app.close()
}

function addressOf(host, port) {
  const name = everywhere(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

function everywhere(host) {
  return host === '0.0.0.0' || host === '::'
}

function modelsInUse({ OPENAI_API_KEY, OPENAI_BASE_URL }) {
  if (unquoted(OPENAI_BASE_URL)) return `using models from ${new URL(unquoted(OPENAI_BASE_URL)).host}`
  return OPENAI_API_KEY?.trim() ? 'using models from api.openai.com' : 'using the demo model (no API key set)'
}

function placeOfData({ DATABASE_URL, DATA_DIR }) {
  return DATABASE_URL?.trim() ? 'the Postgres database of DATABASE_URL' : resolve(DATA_DIR || './data')
}
