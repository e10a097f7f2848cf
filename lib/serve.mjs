// Serves a build of Rill in this process, from the checks of its environment to the end of the process.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { assetsOf, endWith, respondEarly } from './http-defaults.mjs'
import { Refusal, root, say } from './install.mjs'
import { streamingRoutes } from './streaming-routes.mjs'

/** Runs a command. Prints a `Refusal` as one message without a stack, and ends the process with 1. */
export async function runCommand(work) {
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

/**
 * Loads the environment files and returns the address to listen on. Only what a start needs before the build is parsed
 * here, in plain JavaScript; lib/config.ts parses all other variables, and is part of the build.
 * @throws {Refusal} when `HOST` or `PORT` is wrong, or when others could reach a Rill that lets everyone in.
 */
export function loadListenAddress() {
  loadEnvironment()
  return listenAddress(process.env)
}

/** @throws {Refusal} when another process listens there, or when this one may not. */
export async function requireFree(address) {
  const probe = await listen(createServer(), address)
  probe.close()
}

// Next's own loader, so that `npm start` and `npm run dev` read the same files. Variables of the shell take precedence.
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
    // lib/http/address.ts trusts this header, so a value from outside is replaced.
    request.headers['x-rill-peer'] = request.socket.remoteAddress ?? ''
    if (respondEarly(request, response, assets)) return
    const handled = respond(handler, request, response).finally(() => handling.delete(handled))
    handling.add(handled)
  })
  await listen(server, { host, port })
  const address = addressOf(host, server.address().port)
  process.env.HOST = host
  process.env.PORT = String(server.address().port)

  const next = createRequire(join(root, 'package.json'))('next')
  // Next would accept upgrades on its server, past the checks above. Without a listener, Node treats them as plain requests.
  const noUpgrades = createServer()
  const app = next({ dir: root, hostname: host, port: server.address().port, httpServer: noUpgrades })
  // lib/server/shutdown.ts handles the signals, and calls this after the last save.
  globalThis.rill ??= new Map()
  globalThis.rill.set('close', (withinMs) => close(server, app, handling, withinMs))
  await withStandardOutputSilenced(() => app.prepare())
  const router = app.getRequestHandler()
  const streaming = streamingRoutes(root)
  ready((request, response) => streaming(request, response) ?? router(request, response))
  if (process.env.npm_lifecycle_event) onParentExit(() => process.kill(process.pid, 'SIGTERM'))
  await requireHealth(address)
  const reach = isWildcard(host) ? ' (and at every other address of this machine)' : ''
  const config = globalThis.rill.get('config')
  say(`Rill is at ${address}${reach} — ${modelsInUse(config)}`)
  say(`Conversations are saved in ${config.databaseUrl ? 'the Postgres database of DATABASE_URL' : config.dataDir}`)
  warnAboutOldNode()
}

function warnAboutOldNode() {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 22)
    say(
      `Node ${process.versions.node} has reached its end of life and no longer gets security fixes. Use Node 22 or 24.`,
    )
}

async function respond(handler, request, response) {
  try {
    const handle = await handler
    await handle(request, response)
  } catch (error) {
    // A client that disconnects isn't an error.
    if (response.destroyed) return
    process.stderr.write(`${error.stack ?? error}\n`)
    if (response.headersSent) response.destroy()
    else endWith(response, 500, 'Internal Server Error')
  }
}

// npm signals the shell between it and Rill, which exits without passing the signal on.
function onParentExit(end) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    end()
  }, 250)
  watch.unref()
}

// The first request waits for the database and its migrations, which print their own message when they fail.
async function requireHealth(address) {
  const response = await fetch(`${address}/api/health`)
  if (!response.ok) throw new Refusal('Rill started but can’t serve requests. See the messages above for the reason.')
}

// Next prints how long it took to read its settings.
async function withStandardOutputSilenced(work) {
  const { write } = process.stdout
  process.stdout.write = () => true
  await work()
  process.stdout.write = write
}

/** Accepts no new connections, and resolves when every response has ended. After `withinMs`, cuts those that haven't. */
async function close(server, app, handling, withinMs) {
  // Browsers that are cut here reconnect to another instance.
  setTimeout(() => server.closeAllConnections(), withinMs)
  const closed = new Promise((done) => server.close(done))
  // Keep-alive connections become idle one by one, as their responses end.
  setInterval(() => server.closeIdleConnections(), 20)
  await closed
  // A handler settles, and its span ends, shortly after its response closes.
  await Promise.all(handling)
  await app.close()
}

function addressOf(host, port) {
  const name = isWildcard(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

function isWildcard(host) {
  return host === '0.0.0.0' || host === '::'
}

function modelsInUse({ upstream }) {
  return upstream ? `using models from ${new URL(upstream.baseUrl).host}` : 'using the demo model (no API key set)'
}
