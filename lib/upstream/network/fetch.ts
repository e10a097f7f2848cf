import 'server-only'
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { type Body, readStart } from './body'
import { decompressed } from './decompress'
import { dialFor } from './dial'

/** In bytes. */
const MAX_ERROR_BODY = 64 * 1024
/** The headers that are read, besides rate limits. A Response with all headers costs more than sending the request. */
const wantedHeaders = ['content-type', 'x-request-id', 'request-id', 'retry-after', 'retry-after-ms', 'x-should-retry']
/** How long a complete body may take to end by itself, so that its connection can be reused. */
const RELEASE_GRACE_MS = 40

const bodies = new WeakMap<Response, Body>()

/** The raw body of a successful response from `createFetch`. The caller must read or destroy it. */
export function rawBody(response: Response): Body | undefined {
  return bodies.get(response)
}

/**
 * A `fetch` for the SDK on undici's dispatcher, without a stream between the socket and the reader.
 * A 2xx resolves to a Response without a body, see `rawBody`; any other has its text. Redirects are not followed.
 * A request on a pooled connection that the server had just closed is sent again with `fresh`.
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
    const received = await send(dispatcher, options, signal).catch((error: unknown) => {
      if (error instanceof StaleConnection) return send(fresh, options, signal)
      throw error
    })
    const { status, headers } = received
    const body = decompressed(received.body, headers['content-encoding'])
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
    const { text } = await readStart(body, MAX_ERROR_BODY)
    // A Response accepts statuses up to 599, and no body for 304.
    const responseStatus = status < 600 ? status : 502
    return new Response(responseStatus === 304 ? null : text, { status: responseStatus, headers: responseHeaders })
  }
}

/** The server closed a pooled connection before anything of the response arrived. */
class StaleConnection extends Error {
  override name = 'StaleConnection'
}

const closedCodes = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && closedCodes.includes(String(error.code))
}

interface Received {
  status: number
  headers: IncomingHttpHeaders
  body: SocketBody
}

/** Sends one request; resolves with the headers of its response. The body is paused until it is read. */
function send(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | null,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const body = new SocketBody()
    signal?.addEventListener('abort', () => {
      body.destroy(signal.reason)
      reject(signal.reason)
    })
    let responding = false
    let isPooled = false
    const { dialed } = dialFor(signal, () =>
      dispatcher.dispatch(options, {
        onRequestStart(controller) {
          if (signal?.aborted) controller.abort(signal.reason)
          else body.controller = controller
        },
        onResponseStart(controller, status, headers) {
          responding = true
          if (status < 200) return
          body.pausable = isChunkedAndKeptAlive(headers)
          controller.pause()
          resolve({ status, headers, body })
        },
        onResponseData: (_, bytes) => body.onBytes(bytes),
        onResponseEnd: () => body.close(false),
        onResponseError(_, error) {
          const stale = isPooled && !responding && !signal?.aborted && isClosed(error)
          reject(stale ? new StaleConnection(error.message, { cause: error }) : error)
          body.close(true)
        },
      }),
    )
    isPooled = !dialed
  })
}

/**
 * Whether a body may be paused. undici reports a connection that closes meanwhile as an error, unless the body marks its
 * own end and the connection is kept alive.
 */
function isChunkedAndKeptAlive(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] === 'chunked' && !/\bclose\b/i.test(headers.connection ?? '')
}

/** A body as undici's dispatcher delivers it, read by read. */
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
    // After the current read: undici would stop within it, after this chunk.
    queueMicrotask(() => {
      if (this.#paused && !this.#closed) this.controller?.pause()
    })
  }

  resume(): void {
    this.#paused = false
    if (!this.#closed) this.controller?.resume()
  }

  destroy(reason: Error = new Error('The body was discarded')): void {
    if (!this.#closed) this.controller?.abort(reason)
  }

  release(): void {
    if (this.#closed) return
    const timer = setTimeout(() => this.destroy(), RELEASE_GRACE_MS)
    const onEnd = this.#onEnd
    this.#onEnd = (cut) => {
      clearTimeout(timer)
      onEnd(cut)
    }
  }
}
