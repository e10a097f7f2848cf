import 'server-only'
import OpenAI, { type APIError } from 'openai'
import { config } from '@/lib/config'
import { isFields } from './chunk'
import type { Connection } from './connection'
import { freshOpenAgent, freshPublicAgent, openAgent, publicAgent } from './dial'
import { createFetch } from './fetch'

const openFetch = createFetch(openAgent, freshOpenAgent)
const publicFetch = createFetch(publicAgent, freshPublicAgent)

/** The SDK's client. It neither retries nor logs: retries are Rill's own and visible, and the SDK's logs hold messages. */
class Client extends OpenAI {
  /** Keeps the whole of an error body: the SDK drops what servers put beside or in place of `error`. */
  protected override makeStatusError(
    status: number,
    error: unknown,
    message: string | undefined,
    headers: Headers,
  ): APIError {
    const body: unknown = Array.isArray(error) ? error[0] : error
    const whole = isFields(body) && body.error ? body : { error: body }
    return super.makeStatusError(status, whole, message, headers)
  }
}

/** The client of a connection; to make one takes 20 µs. @throws {TypeError} when a header of it cannot be sent. */
export function clientOf(connection: Connection): Client {
  const guarded = connection.guarded && config().public
  return new Client({
    baseURL: connection.baseUrl,
    // The SDK insists on a key; without one, the header that would carry it is left out below.
    apiKey: connection.apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: 'off',
    defaultHeaders: {
      'User-Agent': 'Rill',
      ...inheritedHeaders(),
      ...(connection.apiKey === null ? { Authorization: null } : {}),
      ...connection.headers,
    },
    fetch: connection.fetch ?? (guarded ? publicFetch : openFetch),
  })
}

/** The SDK sends headers from the operator's environment to every address; a person's own server must not see them. */
function inheritedHeaders(): Record<string, null> {
  const lines = process.env.OPENAI_CUSTOM_HEADERS?.split('\n') ?? []
  return Object.fromEntries(
    lines.filter((line) => line.includes(':')).map((line) => [line.split(':', 1)[0]?.trim() ?? '', null]),
  )
}
