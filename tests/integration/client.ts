import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Dispatcher, request } from 'undici'
import * as z from 'zod'
import { type Conversation, conversation, errorBody } from '@/lib/protocol/api'
import { generationStatus, type Problem, type StartData, startData, usage } from '@/lib/protocol/events'
import { part } from '@/lib/protocol/messages'
import { EventReader } from './replies/event-reader'

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof methods)[number] | 'HEAD'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** The `Set-Cookie` headers. */
  cookies: string[]
  text: string
}

export interface Content {
  headers?: Record<string, string>
  /** A body as it is; `json` for one to be encoded. */
  body?: Dispatcher.DispatchOptions['body']
  json?: unknown
}

/** A turn as `POST /api/chat` takes it; `turnId` and `model` are filled in. */
export interface Turn {
  text: string
  conversationId?: string
  parentId?: string | null
  turnId?: string
  model?: string
  settings?: Record<string, unknown>
  stream?: boolean
}

/** How a reply is asked for again, and with what. */
export type Verb = 'continue' | 'regenerate'
export interface Again {
  turnId?: string
  model?: string
  maxTokens?: number
}

const finished = z.object({
  ...startData.shape,
  status: generationStatus,
  finishReason: z.nullable(z.string()),
  text: z.string(),
  parts: z.array(part),
  usage: z.nullable(usage),
})

/** One browser, as far as HTTP goes: it keeps the cookie it is given, follows no redirects, and sends what it is told. */
export class Client {
  cookie: string | undefined
  readonly #url: () => string
  readonly #heard: (text: string) => void

  /** `url` gives the server's address at each call, since a restart moves it; `heard` gets all that is answered. */
  constructor(url: () => string, heard: (text: string) => void = () => undefined) {
    this.#url = url
    this.#heard = heard
  }

  /** Sends a request and gives the answer while its body is still to be read. */
  async open(
    method: Method,
    path: string,
    { headers = {}, body, json }: Content = {},
  ): Promise<Dispatcher.ResponseData> {
    const response = await request(this.#url() + path, {
      method,
      headers: {
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? body : JSON.stringify(json),
    })
    const [given] = cookiesOf(response)
    if (given !== undefined) this.cookie = given.split(';', 1)[0]
    this.#heard(JSON.stringify(response.headers))
    return response
  }

  async call(method: Method, path: string, content: Content = {}): Promise<Answer> {
    const response = await this.open(method, path, content)
    const text = await response.body.text()
    this.#heard(text)
    return { status: response.statusCode, headers: response.headers, cookies: cookiesOf(response), text }
  }

  /** What a call that must succeed answers. @throws {Error} with the answer when it does not. */
  async ask<S extends z.core.$ZodType>(schema: S, method: Method, path: string, json?: unknown): Promise<z.output<S>> {
    const { status, text } = await this.call(method, path, { json })
    if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`)
    return z.parse(schema, JSON.parse(text))
  }

  /** How a call that must be refused is refused. @throws {Error} with the answer when it is not. */
  async refusal(method: Method, path: string, content: Content = {}): Promise<{ status: number; problem: Problem }> {
    const { status, text } = await this.call(method, path, content)
    if (status < 400) throw new Error(`${method} ${path} was not refused: ${status} ${text}`)
    return { status, problem: errorBody.parse(JSON.parse(text)).error }
  }

  /** Starts a turn and reads its events. */
  async chat(turn: Turn): Promise<EventReader> {
    return await this.#events(await this.open('POST', '/api/chat', { json: turnOf(turn) }))
  }

  /** Starts a turn without waiting for any of its events. */
  async start(turn: Turn): Promise<StartData> {
    const response = await this.call('POST', '/api/chat', { json: turnOf(turn), headers: { prefer: 'respond-async' } })
    if (response.status !== 202) throw new Error(`The turn was not taken: ${response.status} ${response.text}`)
    return startData.parse(JSON.parse(response.text))
  }

  /** Starts a turn and waits for the whole answer. */
  async finish(turn: Turn): Promise<z.output<typeof finished>> {
    return await this.ask(finished, 'POST', '/api/chat', { ...turnOf(turn), stream: false })
  }

  /** Asks for the reply of a generation again, and reads the events. */
  async again(verb: Verb, generationId: string, more: Again = {}): Promise<EventReader> {
    return await this.#events(await this.open('POST', againPath(verb, generationId), { json: againOf(more) }))
  }

  /** Asks for the reply of a generation again, and waits for the whole of it. */
  async finishAgain(verb: Verb, generationId: string, more: Again = {}): Promise<z.output<typeof finished>> {
    return await this.ask(finished, 'POST', againPath(verb, generationId), { ...againOf(more), stream: false })
  }

  /** Reads the log of a generation after a cursor. */
  async follow(generationId: string, after = 0): Promise<EventReader> {
    return await this.#events(await this.open('GET', `/api/generations/${generationId}/events?after=${after}`))
  }

  /** All of a conversation, or the newest so many of its messages. */
  async conversation(id: string, newest?: number): Promise<Conversation> {
    return await this.ask(conversation, 'GET', `/api/conversations/${id}${newest ? `?newest=${newest}` : ''}`)
  }

  async #events(response: Dispatcher.ResponseData): Promise<EventReader> {
    const { statusCode, body } = response
    if (statusCode !== 200) throw new Error(`No events but ${statusCode}: ${await body.text()}`)
    return new EventReader(response, this.#heard)
  }
}

export function turnOf(turn: Turn): Turn {
  return { turnId: randomUUID(), model: 'scripted', ...turn }
}

export function againOf(more: Again = {}): Again {
  return { turnId: randomUUID(), ...more }
}

export function againPath(verb: Verb, generationId: string): string {
  return `/api/generations/${generationId}/${verb}`
}

/** A text when there is one, a list when there are more, whatever the type says. */
function cookiesOf({ headers }: Dispatcher.ResponseData): string[] {
  return [headers['set-cookie'] ?? []].flat()
}
