import 'server-only'
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { type Body, readStart } from './body'
import { decompressed } from './decompress'
import { dialFor } from './dial'

/** Of an error's body, no more than this is read, in bytes. */
const errorBodyLimit = 64 * 1024
/** The headers that somebody looks at, beside the limits that a refusal names. Building a Response with all of them costs more than sending the request. */
const wantedHeaders = ['content-type', 'x-request-id', 'request-id', 'retry-after', 'retry-after-ms', 'x-should-retry']
/** How long a body that said its last word may take to end by itself, so that its connection serves again. */
const graceMs = 40

const bodies = new WeakMap<Response, Body>()

/** The raw body of a successful response that `createFetch` answered. Whoever takes it must read or destroy it. */
export function rawBody(response: Response): Body | undefined {
  return bodies.get(response)
}

/**
 * A `fetch` for the SDK on undici's own client: no stream between the socket and the reader.
 * A 2xx answers a Response with no body, see `rawBody`; anything else has its text. Redirects are not followed.
 * A request that met a connection which the server had closed meanwhile is sent once more, by `fresh`.
 */
export function createFetch(dispatcher: Dispatcher, fresh: Dispatcher = dispatcher): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { origin, pathname, search } = new URL(input instanceof Request ? input.url : input)
    const options: Dispatcher.DispatchOptions = {
      origin,
      path: pathname + search,
      method: init.method === 'POST' ? 'POST' : 'GET',
      headers: [...new Headers(init.headers)].flat(),
      body: typeof init.body === 'string' ? init.body : null,
    }
    const signal = init.signal ?? null
    const answered = await send(dispatcher, options, signal).catch((error: unknown) => {
      if (error instanceof StaleConnection) return send(fresh, options, signal)
      throw error
    })
    const { status, headers } = answered
    const body = decompressed(answered.body, headers['content-encoding'])
    const succeeded = status >= 200 && status < 300
    const limits = status === 429 ? Object.keys(headers).filter((name) => /^(?:x-)?ratelimit-/.test(name)) : []
    const responseHeaders = new Headers()
    for (const name of [...wantedHeaders, ...limits]) {
      const value = headers[name]
      if (value !== undefined) responseHeaders.set(name, String(value))
    }
    if (succeeded) {
      const response = new Response(null, { status, headers: responseHeaders })
      bodies.set(response, body)
      return response
    }
    const { text } = await readStart(body, errorBodyLimit)
    // A Response takes statuses up to 599, and no body for 304.
    const known = status < 600 ? status : 502
    return new Response(known === 304 ? null : text, { status: known, headers: responseHeaders })
  }
}

/** The server closed a connection that had been kept for another request, before anything of its response came. */
class StaleConnection extends Error {
  override name = 'StaleConnection'
}

const closedCodes = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && closedCodes.includes(String(error.code))
}

interface Answered {
  status: number
  headers: IncomingHttpHeaders
  body: SocketBody
}

/** Sends one request; settles with the headers of its answer. The body waits until it is read. */
function send(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | null,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const body = new SocketBody()
    signal?.addEventListener('abort', () => {
      body.destroy(signal.reason)
      reject(signal.reason)
    })
    let responding = false
    let kept = false
    const { dialled } = dialFor(signal, () =>
      dispatcher.dispatch(options, {
        onRequestStart(controller) {
          if (signal?.aborted) controller.abort(signal.reason)
          else body.controller = controller
        },
        onResponseStart(controller, status, headers) {
          responding = true
          if (status < 200) return
          body.pausable = isChunkedAndKept(headers)
          controller.pause()
          resolve({ status, headers, body })
        },
        onResponseData: (_, bytes) => body.onBytes(bytes),
        onResponseEnd: () => body.close(false),
        onResponseError(_, error) {
          const stale = kept && !responding && !signal?.aborted && isClosed(error)
          reject(stale ? new StaleConnection(error.message, { cause: error }) : error)
          body.close(true)
        },
      }),
    )
    kept = !dialled
  })
}

/**
 * Whether a body may be left paused. undici takes a connection that closes in the meantime for a fault of its own,
 * unless the body itself says where it ends and the connection was to stay.
 */
function isChunkedAndKept(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] === 'chunked' && !/\bclose\b/i.test(headers.connection ?? '')
}

/** A body as undici's dispatcher hands it out, read by read. */
class SocketBody implements Body {
  controller: Dispatcher.DispatchController | null = null
  onBytes: (bytes: Uint8Array) => void = () => {}
  pausable = false
  #onEnd: (cut: boolean) => void = () => {}
  #closed: { cut: boolean } | null = null
  #paused = false

  read(onBytes: (bytes: Uint8Array) => void, onEnd: (cut: boolean) => void): void {
    this.onBytes = onBytes
    this.#onEnd = onEnd
    if (this.#closed) onEnd(this.#closed.cut)
    else this.resume()
  }

  close(cut: boolean): void {
    if (this.#closed) return
    this.#closed = { cut }
    this.#onEnd(cut)
  }

  pause(): void {
    if (!this.pausable) return
    this.#paused = true
    // Once the read that is being taken is over: undici would stop within it, after this one of its chunks.
    queueMicrotask(() => {
      if (this.#paused && !this.#closed) this.controller?.pause()
    })
  }

  resume(): void {
    this.#paused = false
    if (!this.#closed) this.controller?.resume()
  }

  destroy(reason: Error = new Error('The rest is not wanted')): void {
    if (!this.#closed) this.controller?.abort(reason)
  }

  release(): void {
    if (this.#closed) return
    const timer = setTimeout(() => this.destroy(), graceMs)
    const onEnd = this.#onEnd
    this.#onEnd = (cut) => {
      clearTimeout(timer)
      onEnd(cut)
    }
  }
}
