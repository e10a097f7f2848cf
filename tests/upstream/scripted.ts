import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { delta, done, finish, usage } from './events'

/** One step of a script for a request. */
export type Step =
  /** The status and headers; by default, a 200 event stream. */
  | { status: number; headers?: Record<string, string> }
  /** Bytes, in one write. */
  | { write: string | Buffer }
  /** A chunk with this text. */
  | { delta: string }
  /** Waits this many milliseconds. */
  | { wait: number }
  /** Waits until a test opens the gate of this name, or the promise resolves. */
  | { until: string | Promise<unknown> }
  /** Cuts the connection with a TCP reset. */
  | { reset: true }
  /** Closes the connection before the end of the body. */
  | { cut: true }
  /** Ends the response normally. */
  | { end: true }

export interface Closed {
  /** When the socket closed: epoch milliseconds with fractions. */
  at: number
  /** Bytes of the body written by then. */
  bytesSent: number
  /** The response had ended normally. */
  ended: boolean
}

/** A received request and the state of its socket. */
export interface ScriptedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** The parsed JSON body; `{}` when there was none. */
  body: { model?: string; stream?: boolean; messages?: { role: string; content: string }[]; [field: string]: unknown }
  /** The text of the last user message. */
  prompt: string
  /** The number of its connection: 1 for the first that the server accepted. */
  connection: number
  startedAt: number
  /** Resolves when its socket closes, or its response ends on a socket that stays open. */
  closed: Promise<Closed>
}

export type Script = Step[] | ((request: ScriptedRequest) => Step[])

/** An OpenAI-compatible server that runs scripts, for tests of every kind. */
export interface ScriptedUpstream {
  /** Up to and including `/v1`. */
  baseUrl: string
  /** Completion requests, in order of arrival. */
  requests: ScriptedRequest[]
  /** Sets the script of further completions, unless `scriptFor` matches their prompt. */
  script(script: Script): void
  /** Sets the script of completions whose last user message contains `prompt`. */
  scriptFor(prompt: string, script: Script): void
  /** Opens the gate of this name for all current and later waits. */
  open(gate: string): void
  /** The response to `GET /v1/models`: names, or a whole body. */
  models: string[] | { status?: number; body: unknown }
  /** The only path, without query, of a list of models; by default, any that ends in `/models`. */
  modelsOnly: string | null
  /** Resolves with request number `index`, from 0, once it has arrived. */
  request(index: number): Promise<ScriptedRequest>
  /** The number of open sockets. */
  connections(): number
  stop(): Promise<void>
}

/** The progress of a response body. */
interface Sent {
  bytes: number
  /** Resolves when the last write has been flushed. */
  last: Promise<unknown>
}

const defaultScript: Step[] = [
  { delta: 'Hello' },
  { delta: ' there.' },
  { write: finish('stop') + usage({ prompt: 5, completion: 3 }) + done },
]

/** Epoch milliseconds with fractions, comparable with other processes. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}

/** Starts a scripted upstream on a free port of 127.0.0.1, or on `port`. */
export async function startScriptedUpstream({ port = 0 } = {}): Promise<ScriptedUpstream> {
  const gates = new Map<string, { promise: Promise<void>; open: () => void }>()
  const scripts = new Map<string, Script>()
  const arrivals: (() => void)[] = []
  const sockets = new Map<unknown, number>()
  let accepted = 0
  let script: Script = defaultScript

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    response.socket?.setNoDelay(true)
    const sent: Sent = { bytes: 0, last: Promise.resolve() }
    const request = { ...(await read(message, response, sent)), connection: sockets.get(message.socket) ?? 0 }
    const [path = ''] = request.path.split('?', 1)
    if (request.method === 'GET' && path.endsWith('/models')) {
      const isThere = upstream.modelsOnly === null || upstream.modelsOnly === path
      answerModels(response, isThere ? upstream.models : { status: 404, body: '404 page not found' })
    } else {
      upstream.requests.push(request)
      for (const arrived of arrivals.splice(0)) arrived()
      const chosen = [...scripts].find(([prompt]) => request.prompt.includes(prompt))?.[1] ?? script
      await play(typeof chosen === 'function' ? chosen(request) : chosen, response, sent, gate)
    }
  }

  function gate(name: string): { promise: Promise<void>; open: () => void } {
    const known = gates.get(name)
    if (known !== undefined) return known
    let open = () => {}
    const promise = new Promise<void>((resolve) => {
      open = resolve
    })
    const made = { promise, open }
    gates.set(name, made)
    return made
  }

  const upstream: ScriptedUpstream = {
    baseUrl: '',
    requests: [],
    models: ['scripted'],
    modelsOnly: null,
    script(next) {
      script = next
    },
    scriptFor: (prompt, next) => void scripts.set(prompt, next),
    open: (name) => gate(name).open(),
    async request(index) {
      for (;;) {
        const request = upstream.requests[index]
        if (request !== undefined) return request
        await new Promise<void>((arrived) => arrivals.push(arrived))
      }
    },
    connections: () => sockets.size,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  server.on('connection', (socket) => {
    sockets.set(socket, ++accepted)
    socket.on('close', () => sockets.delete(socket))
    // Resets are part of the script.
    socket.on('error', () => undefined)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The scripted upstream has no port')
  upstream.baseUrl = `http://127.0.0.1:${address.port}/v1`
  return upstream
}

async function read(
  message: IncomingMessage,
  response: ServerResponse,
  sent: Sent,
): Promise<Omit<ScriptedRequest, 'connection'>> {
  const startedAt = now()
  const closed = new Promise<Closed>((resolve) => {
    response.once('close', () => resolve({ at: now(), bytesSent: sent.bytes, ended: response.writableFinished }))
  })
  const pieces: Buffer[] = []
  for await (const piece of message) pieces.push(piece)
  const text = Buffer.concat(pieces).toString('utf8')
  const body: ScriptedRequest['body'] = text === '' ? {} : JSON.parse(text)
  const prompt = body.messages?.findLast(({ role }) => role === 'user')?.content ?? ''
  const { method = '', url: path = '', headers } = message
  return { method, path, headers, body, prompt, startedAt, closed }
}

function answerModels(response: ServerResponse, models: ScriptedUpstream['models']): void {
  const { status = 200, body } = Array.isArray(models)
    ? {
        body: { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'scripted' })) },
      }
    : models
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

async function play(
  steps: Step[],
  response: ServerResponse,
  sent: Sent,
  gate: (name: string) => { promise: Promise<void> },
): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once('close', () => resolve()))
  for (const step of steps) {
    if (response.destroyed) return
    // Flushes earlier writes before a cut.
    if ('reset' in step || 'cut' in step) await Promise.race([sent.last, gone])
    if ('status' in step) response.writeHead(step.status, step.headers)
    else if ('wait' in step) await Promise.race([wait(step.wait), gone])
    else if ('until' in step) {
      await Promise.race([typeof step.until === 'string' ? gate(step.until).promise : step.until, gone])
    } else if ('reset' in step) response.socket?.resetAndDestroy()
    else if ('cut' in step) response.socket?.destroy()
    else if ('end' in step) response.end()
    else {
      if (!response.headersSent) startStream(response)
      const piece = 'delta' in step ? delta(step.delta) : step.write
      sent.bytes += Buffer.byteLength(piece)
      sent.last = new Promise((resolve) => response.write(piece, resolve))
    }
  }
  if (response.destroyed || response.writableEnded) return
  if (!response.headersSent) startStream(response)
  response.end()
}

function startStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': 'req-scripted',
  })
}
