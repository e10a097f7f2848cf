import 'server-only'
import type { Readable } from 'node:stream'
import { type Dispatcher, request } from 'undici'
import { dialFor } from './dial'

/** Of an error's body, no more than this is read, in bytes. */
const errorBodyLimit = 64 * 1024
/** The headers that somebody looks at. Building a Response with all of them costs more than sending the request. */
const wantedHeaders = ['content-type', 'x-request-id', 'request-id', 'retry-after', 'retry-after-ms']

const bodies = new WeakMap<Response, Readable>()

/** The raw body of a successful response that `createFetch` answered. Whoever takes it must read or destroy it. */
export function rawBody(response: Response): Readable | undefined {
  return bodies.get(response)
}

/**
 * A `fetch` for the SDK on undici's own client: no web stream between the socket and the reader.
 * A 2xx answers a Response with no body, see `rawBody`; anything else has its text. Redirects are not followed.
 */
export function createFetch(dispatcher: Dispatcher): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const signal = init.signal ?? null
    const { statusCode, headers, body } = await dialFor(signal, () =>
      request(input instanceof Request ? input.url : input, {
        dispatcher,
        method: init.method ?? 'GET',
        headers: [...new Headers(init.headers)].flat(),
        body: typeof init.body === 'string' ? init.body : null,
        signal,
      }),
    )
    body.on('error', ignore)
    const responseHeaders = new Headers()
    for (const name of wantedHeaders) {
      const value = headers[name]
      if (value !== undefined) responseHeaders.set(name, String(value))
    }
    if (statusCode >= 200 && statusCode < 300) {
      const response = new Response(null, { status: statusCode, headers: responseHeaders })
      bodies.set(response, body)
      return response
    }
    const text = await readStart(body, errorBodyLimit)
    // A Response takes statuses up to 599, and no body for 304.
    const status = statusCode < 600 ? statusCode : 502
    return new Response(status === 304 ? null : text, { status, headers: responseHeaders })
  }
}

/** A body that fails says so to its reader; one without a reader must not end the process. */
function ignore(): void {}

/** The text of a body, cut at `limit` bytes. A body that breaks gives what came. */
export function readStart(body: Readable, limit: number): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let length = 0
    body.on('data', (piece: Buffer) => {
      pieces.push(piece)
      length += piece.length
      if (length >= limit) body.destroy()
    })
    body.once('close', () => resolve(Buffer.concat(pieces).subarray(0, limit).toString('utf8')))
  })
}
