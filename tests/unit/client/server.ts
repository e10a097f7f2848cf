import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { Conversation, ConversationSummary } from '@/lib/protocol/api'
import { defaultSettings, type Settings, settingNames } from '@/lib/protocol/api'
import type { GenerationEvent } from '@/lib/protocol/events'
import { continuing, foldEvent, lengthsOf, type Message } from '@/lib/protocol/messages'
import { conversationChange, conversationQuery } from '@/lib/protocol/requests/conversations'
import { settingsChange } from '@/lib/protocol/requests/settings'
import { chatRequest, regenerateRequest } from '@/lib/protocol/requests/turns'
import { followSeveral, Log } from './log'
import { json, refuse } from './responses'
import { TestBrowser } from './test-environment'

const pageOf = z.strictObject({
  cursor: z.optional(z.string().regex(/^\d+\..+$/)),
  limit: z.optional(z.coerce.number().min(1).max(100)),
})
/** What happens to the next matching requests: the socket dies, no response is sent, or `how` writes one. */
interface Fault {
  method: string
  path: RegExp
  times: number
  how: 'reset' | 'silence' | ((response: ServerResponse) => void)
}

interface Received {
  method: string
  path: string
  body: Record<string, unknown>
}

/** A small Rill in memory that serves the API over real sockets, with faults that tests inject. */
export class TestServer {
  readonly browser = new TestBrowser()
  readonly received: Received[] = []
  readonly logs = new Map<string, Log>()
  readonly summaries = new Map<string, ConversationSummary>()
  readonly deleted = new Set<string>()
  readonly turns = new Map<string, Log>()
  readonly prompts: Message[] = []
  readonly faults: Fault[] = []
  settings: Settings = defaultSettings
  /** The events of every reply. Without them, replies grow as the test appends. */
  script: GenerationEvent[] = []
  /** Where the first connections of the next turns are cut. */
  nextCuts: number[] = []
  pageSize = 40
  private ids = 0
  private clock = 1_000
  private readonly server = createServer((request, response) => void this.handle(request, response))

  async listen(port = 0): Promise<void> {
    this.server.listen(port, '127.0.0.1')
    await once(this.server, 'listening')
  }

  get address(): AddressInfo {
    const address = this.server.address()
    if (address === null || typeof address === 'string') throw new Error('The test server does not listen.')
    return address
  }

  get origin(): string {
    return `http://127.0.0.1:${this.address.port}`
  }

  async close(): Promise<void> {
    if (!this.server.listening) return
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  fault(method: string, path: RegExp, how: Fault['how'], times = 1): void {
    this.faults.push({ method, path, how, times })
  }

  count(method: string, path: RegExp): number {
    return this.received.filter((each) => each.method === method && path.test(each.path)).length
  }

  /** Adds a conversation. */
  conversation(title: string): ConversationSummary {
    const id = `conversation-${++this.ids}`
    const now = this.tick()
    const summary = { id, title, model: 'demo', createdAt: now, updatedAt: now, running: [] }
    this.summaries.set(id, summary)
    return summary
  }

  /** Starts a turn, as a send does. */
  turn(conversationId: string, text: string, parentId: string | null = null): Log {
    const n = ++this.ids
    const ids = { generationId: `generation-${n}`, userMessageId: `prompt-${n}`, messageId: `reply-${n}` }
    const log = new Log({ conversationId, model: 'demo', ...ids })
    const createdAt = this.tick()
    this.touch(conversationId, createdAt)
    this.logs.set(ids.generationId, log)
    const parts: Message['parts'] = [{ type: 'text', text }]
    this.prompts.push({ id: ids.userMessageId, parentId, role: 'user', parts, createdAt, generation: null })
    log.append(...this.script)
    return log
  }

  /** Continues the reply of a log in its message, or regenerates it beside that. */
  again(verb: 'continue' | 'regenerate', { start }: Log): Log {
    const n = ++this.ids
    const messageId = verb === 'continue' ? start.messageId : `reply-${n}`
    const had = this.messages(start.conversationId).find(({ id }) => id === messageId)
    const log = new Log({ ...start, generationId: `generation-${n}`, messageId, ...(had ? lengthsOf(had.parts) : {}) })
    this.touch(start.conversationId, this.tick())
    this.logs.set(log.start.generationId, log)
    log.append(...this.script)
    return log
  }

  /** The messages of a conversation as the database has them. */
  messages(conversationId: string): Message[] {
    const messages = new Map<string, Message>()
    for (const log of this.logs.values()) {
      if (log.start.conversationId !== conversationId) continue
      const { messageId: id, userMessageId: parentId, generationId, model } = log.start
      const prompt = this.prompts.find((each) => each.id === parentId)
      if (!prompt) continue
      const { parts, ...folded } = log.events.reduce(foldEvent, continuing(messages.get(id)?.parts ?? []))
      const times = { startedAt: 1, firstTokenAt: null, endedAt: log.ended ? 2 : null }
      const generation = { id: generationId, model, earlier: [], cursor: log.cursor, ...folded, ...times }
      messages.set(parentId, prompt)
      messages.set(id, { id, parentId, role: 'assistant', parts, createdAt: 1, generation })
    }
    return [...messages.values()]
  }

  /** The only log there is. */
  get onlyLog(): Log {
    const [log] = this.logs.values()
    if (!log) throw new Error('No turn has reached the server.')
    return log
  }

  list(): ConversationSummary[] {
    const shown = [...this.summaries.keys()].filter((id) => !this.deleted.has(id))
    return shown.flatMap((id) => this.summary(id) ?? []).toSorted((a, b) => b.updatedAt - a.updatedAt)
  }

  private summary(id: string): ConversationSummary | undefined {
    const known = this.summaries.get(id)
    const running = [...this.logs.values()].filter((log) => log.start.conversationId === id && !log.ended)
    return known && { ...known, running: running.map((log) => log.start.generationId) }
  }

  private touch(id: string, updatedAt: number): void {
    const known = this.summaries.get(id)
    if (known) this.summaries.set(id, { ...known, updatedAt })
  }

  private tick(): number {
    this.clock += 1
    return this.clock
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    const { method = '', url: path = '' } = request
    this.received.push({ method, path, body })
    const fault = this.faults.find((each) => each.times > 0 && each.method === method && each.path.test(path))
    if (!fault) return this.answerOrRefuse(method, new URL(path, this.origin), body, response)
    fault.times -= 1
    if (fault.how === 'reset') response.destroy()
    else if (fault.how !== 'silence') fault.how(response)
  }

  private answerOrRefuse(method: string, url: URL, body: Record<string, unknown>, response: ServerResponse): void {
    try {
      this.answer(method, url, body, response)
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      refuse(response, 400, 'bad_request', 'That is not what the API takes.')
    }
  }

  private answer(method: string, url: URL, body: Record<string, unknown>, response: ServerResponse): void {
    const [, , room, id = '', verb] = url.pathname.split('/')
    const known = this.logs.get(id)
    const log = known && !this.deleted.has(known.start.conversationId) ? known : undefined
    if (room === 'chat') this.chatOrRefuse(body, response)
    else if (room === 'settings') this.changeSettings(body, response)
    else if (room === 'models') json(response, 200, { groups: [], defaultModel: 'demo', demoOnly: true })
    else if (room === 'conversations' && id) this.oneConversation(method, id, body, response, url.searchParams)
    else if (room === 'conversations') this.page(response, url.searchParams)
    else if (room === 'generations' && id === 'events') this.events(response, url.searchParams.get('from') ?? '')
    else if (log && verb === 'events') log.follow(response, Number(url.searchParams.get('after')))
    else if (log && (verb === 'continue' || verb === 'regenerate')) this.takeAgain(verb, log, body).follow(response, 0)
    else if (log && verb === 'stop') {
      log.end('stopped')
      json(response, 200, { status: log.status })
    } else refuse(response, 404, 'not_found', 'There is no such thing.')
  }

  /** Accepts a send. A known turn is not started again. */
  chat(body: Record<string, unknown>): Log {
    const { turnId, conversationId, parentId, text } = chatRequest.parse(body)
    const known = this.turns.get(turnId)
    if (known) return known
    const log = this.turn(conversationId ?? this.conversation(text).id, text, parentId ?? null)
    this.turns.set(turnId, log)
    log.cuts = this.nextCuts
    return log
  }

  private events(response: ServerResponse, from: string): void {
    const cursors = from.split(',').map((each) => each.split(':'))
    const known = cursors.flatMap(([id = '', after]): [Log, number][] => {
      const log = this.logs.get(id)
      return log && !this.deleted.has(log.start.conversationId) ? [[log, Number(after)]] : []
    })
    const missing = cursors.findIndex(([id]) => !known.some(([log]) => log.start.generationId === id))
    if (missing < 0) followSeveral(response, known)
    else refuse(response, 404, 'not_found', 'There is no such generation.', `from.${missing}`)
  }

  private takeAgain(verb: 'continue' | 'regenerate', log: Log, body: Record<string, unknown>): Log {
    const { turnId } = regenerateRequest.parse(body)
    const taken = this.turns.get(turnId) ?? this.again(verb, log)
    this.turns.set(turnId, taken)
    return taken
  }

  private chatOrRefuse(body: Record<string, unknown>, response: ServerResponse): void {
    const { conversationId } = chatRequest.parse(body)
    const there =
      conversationId === undefined || (this.summaries.has(conversationId) && !this.deleted.has(conversationId))
    if (there) this.chat(body).follow(response, 0)
    else refuse(response, 404, 'not_found', 'There is no such conversation.')
  }

  private changeSettings(body: Record<string, unknown>, response: ServerResponse): void {
    const { seen = {}, ...change } = settingsChange.parse(body)
    const stale = settingNames.some((name) => name in seen && seen[name] !== this.settings[name])
    if (!stale) this.settings = { ...this.settings, ...change }
    if (stale) refuse(response, 409, 'bad_request', 'It was changed elsewhere.')
    else json(response, 200, this.settings)
  }

  /** The cursor after a page: the place of its last row. */
  cursorAfter(shown: ConversationSummary[], all: ConversationSummary[]): string | null {
    const last = shown.at(-1)
    return last && last !== all.at(-1) ? `${last.updatedAt}.${last.id}` : null
  }

  private page(response: ServerResponse, query: URLSearchParams): void {
    const { cursor, limit = this.pageSize } = pageOf.parse(Object.fromEntries(query))
    const [updatedAt = '', id] = cursor?.split('.') ?? []
    const all = this.list()
    const later = cursor === undefined ? all : all.filter((each) => isAfter(each, Number(updatedAt), id ?? ''))
    const shown = later.slice(0, limit)
    json(response, 200, { conversations: shown, nextCursor: this.cursorAfter(shown, all) })
  }

  /** A conversation as the API gives it: all of it, or its newest messages. */
  whole(id: string, newest = Number.POSITIVE_INFINITY): Conversation | undefined {
    const summary = this.summary(id)
    const messages = this.messages(id)
    return summary && { ...summary, messages: messages.slice(-newest), hasEarlier: messages.length > newest }
  }

  private oneConversation(
    method: string,
    id: string,
    body: Record<string, unknown>,
    response: ServerResponse,
    query: URLSearchParams,
  ): void {
    const known = this.summaries.get(id)
    if (!known || (this.deleted.has(id) && body.deleted !== false))
      refuse(response, 404, 'not_found', 'There is no such conversation.')
    else if (method === 'DELETE') {
      this.deleted.add(id)
      response.writeHead(204).end()
    } else if (method === 'PATCH') {
      const { deleted, ...change } = conversationChange.parse(body)
      if (deleted === false) this.deleted.delete(id)
      this.summaries.set(id, { ...known, ...change })
      json(response, 200, this.summary(id))
    } else {
      const { newest } = conversationQuery.parse(Object.fromEntries(query))
      json(response, 200, this.whole(id, newest))
    }
  }
}

/** Whether a conversation comes after a place in the list, which is newest first. */
function isAfter({ updatedAt, id }: ConversationSummary, place: number, placeId: string): boolean {
  return updatedAt < place || (updatedAt === place && id < placeId)
}
