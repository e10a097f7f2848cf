import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder } from '@/lib/protocol/sse'

/** Reads a response of events, only when asked to: one that is not asked for more is a client that has stopped reading. */
export class EventReader {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Every event read so far. */
  readonly seen: LogEvent[] = []
  /** The connection broke before the response had ended. */
  cut = false
  /** What the response began with: the comment that opens it. */
  opening = ''

  readonly #response: Dispatcher.ResponseData
  readonly #bytes: AsyncIterator<Buffer>
  readonly #heard: (text: string) => void
  readonly #decoder = createEventDecoder()
  #ended = false

  constructor(response: Dispatcher.ResponseData, heard: (text: string) => void) {
    this.status = response.statusCode
    this.headers = response.headers
    this.#response = response
    this.#bytes = response.body[Symbol.asyncIterator]()
    this.#heard = heard
  }

  /** The deltas' texts so far, joined: what the reply's text is, unless some was reasoning after all. */
  get text(): string {
    const from = this.#reclassified
    return this.seen.map((event, at) => (event.type === 'delta' && at > from ? event.data.text : '')).join('')
  }

  get reasoning(): string {
    const from = this.#reclassified
    const isReasoning = ({ type }: LogEvent, at: number) => type === 'reasoning' || (type === 'delta' && at < from)
    return this.seen
      .map((event, at) => (isReasoning(event, at) && 'text' in event.data ? event.data.text : ''))
      .join('')
  }

  get #reclassified(): number {
    return this.seen.findLastIndex(({ type }) => type === 'reclassify')
  }

  /** The last `seq` that was read: where another reader would go on. */
  get cursor(): number {
    return this.seen.at(-1)?.seq ?? 0
  }

  /** Reads until this holds. @throws {Error} when the response ends before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (await this.#read()) continue
      throw new Error(`The response ended early, after ${JSON.stringify(this.seen.slice(-5))}`)
    }
  }

  /** Reads until the text so far holds `text`. */
  async untilText(text: string): Promise<void> {
    await this.until(() => this.text.includes(text))
  }

  /** Reads to the end, or to a cut, and gives every event from the first read on. */
  async rest(): Promise<LogEvent[]> {
    while (await this.#read());
    return this.seen
  }

  /** Goes away, as a closed tab does. Settles when the connection is closed. */
  async close(): Promise<void> {
    this.#ended = true
    const { body } = this.#response
    if (body.closed) return
    const closed = new Promise((resolve) => body.once('close', resolve))
    // It reports that it was aborted, which is what was wanted.
    body.on('error', () => undefined).destroy()
    await closed
  }

  async #read(): Promise<boolean> {
    if (this.#ended) return false
    const bytes = await this.#nextBytes()
    if (bytes === null) {
      this.#ended = true
      return false
    }
    const text = bytes.toString('utf8')
    this.#heard(text)
    if (this.opening === '') this.opening = text
    this.seen.push(...this.#decoder.feed(bytes))
    return true
  }

  async #nextBytes(): Promise<Buffer | null> {
    try {
      const { done, value } = await this.#bytes.next()
      return done ? null : value
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.cut = true
      return null
    }
  }
}
