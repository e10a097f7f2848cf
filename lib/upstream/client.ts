import 'server-only'
import OpenAI, { type APIError } from 'openai'
import { config } from '@/lib/config'
import { isFields } from './chunk'
import type { Connection } from './connection'
import { openAgent, publicAgent } from './dial'
import { createFetch } from './fetch'

const openFetch = createFetch(openAgent)
const publicFetch = createFetch(publicAgent)

/** The SDK's client. It neither retries nor logs: retries are Rill's own and visible, and the SDK's logs hold messages. */
class Client extends OpenAI {
  /** Keeps the whole of an error body: the SDK drops what servers put beside or in place of `error`. */
  protected override makeStatusError(
    status: number,
    error: object,
    message: string | undefined,
    headers: Headers,
  ): APIError {
    const body: unknown = Array.isArray(error) ? error[0] : error
    const whole = isFields(body) && !isFields(body.error) ? { error: body } : body
    return super.makeStatusError(status, isFields(whole) ? whole : {}, message, headers)
  }
}

/** Clients that are kept. To make one takes longer than to send a request, and a connection is described anew for each. */
const mostClients = 64
const clients = new Map<string, Client>()

/** The client of a connection. @throws {TypeError} when a header of it cannot be sent. */
export function clientOf(connection: Connection): Client {
  if (connection.fetch !== undefined) return createClient(connection, connection.fetch)
  const publicOnly = connection.guarded && config().public
  const key = JSON.stringify([connection.baseUrl, connection.apiKey, connection.headers, publicOnly])
  const known = clients.get(key)
  if (known !== undefined) return known
  if (clients.size >= mostClients) clients.clear()
  const client = createClient(connection, publicOnly ? publicFetch : openFetch)
  clients.set(key, client)
  return client
}

function createClient(connection: Connection, fetch: typeof globalThis.fetch): Client {
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
    fetch,
  })
}

/** The SDK sends headers from the operator's environment to every address; a person's own server must not see them. */
function inheritedHeaders(): Record<string, null> {
  const lines = process.env.OPENAI_CUSTOM_HEADERS?.split('\n') ?? []
  return Object.fromEntries(
    lines.filter((line) => line.includes(':')).map((line) => [line.split(':', 1)[0]?.trim() ?? '', null]),
  )
}
