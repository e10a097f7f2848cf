import * as z from 'zod/mini'
import { generationEvent, type LogEvent } from '@/lib/protocol/events'
import type { Tabs } from './browser-environment'
import { continuing } from './event-stream-reader'
import { type ConnectionState, createMultiplex, type LogListener, type Multiplex, type Transport } from './multiplex'

/** Changes with the messages below, so that pages of two versions of Rill do not speak to each other. */
const name = 'rill.streams.2'
/** A leader that is silent for so long is asleep, and another tab takes its place. */
const answerLimit = 1_000
/** How often a tab in sight makes sure that there is a leader. */
const checkInterval = 10_000

/** Of the six connections of a browser, beside the shared one. Two stay free for everything else. */
const spareConnections = [1, 2, 3]

const logEvent = z.intersection(generationEvent, z.object({ seq: z.number() }))
const connectionState = z.enum(['connecting', 'open', 'reconnecting'])
const message = z.discriminatedUnion('type', [
  /** A new leader asks what everybody needs. */
  z.object({ type: z.literal('lead') }),
  z.object({ type: z.literal('want'), cursors: z.array(z.tuple([z.string(), z.number()])) }),
  /** A tab needs a log no more. Who does says that it wants it. */
  z.object({ type: z.literal('drop'), generationId: z.string() }),
  /** The leader's answer to a `want`, with all that it reads. */
  z.object({ type: z.literal('heard'), state: connectionState, generationIds: z.array(z.string()) }),
  z.object({ type: z.literal('events'), generationId: z.string(), events: z.array(logEvent) }),
  z.object({ type: z.literal('state'), state: connectionState }),
  z.object({ type: z.literal('fruitless'), generationIds: z.array(z.string()) }),
  z.object({ type: z.literal('lost'), generationId: z.string() }),
])
type Message = z.infer<typeof message>

/** Reads the logs that this tab needs, in whatever way. */
export interface SharedLogs {
  /** Reads these logs too, each after a `seq`. */
  follow(wanted: Map<string, number>): void
  /** Hears no more of a log. */
  drop(generationId: string): void
  /** Leave to have one more connection. Gives the way to hand it back, or null when this browser has none to spare. */
  spare(): Promise<(() => void) | null>
  close(): void
}

/**
 * Reads logs together with the other tabs of the browser: one of them, the leader, has the one connection, and tells the
 * others what comes. When it is closed or falls asleep, another goes on from what each tab has seen. Where tabs cannot
 * speak to each other, each has a connection of its own while it is in sight.
 */
export function shareLogs(transport: Transport, listener: LogListener): SharedLogs {
  const tabs = transport.environment.tabs()
  return tabs ? together(transport, tabs, listener) : alone(transport, listener)
}

function alone({ client, environment }: Transport, listener: LogListener): SharedLogs {
  const multiplex = createMultiplex({ client, environment }, listener)
  // Hidden tabs would use up the browser's six connections. In sight again, it goes on from where it was.
  const end = environment.on('visibility', () => (environment.hidden() ? multiplex.pause() : multiplex.resume()))
  const pauseIfHidden = () => environment.hidden() && multiplex.pause()
  return {
    follow(wanted) {
      multiplex.add(wanted)
      pauseIfHidden()
    },
    drop(generationId) {
      multiplex.drop(generationId)
      pauseIfHidden()
    },
    // Nobody knows what the other tabs have.
    spare: async () => null,
    close() {
      end()
      multiplex.close()
    },
  }
}

function together({ client, environment }: Transport, tabs: Tabs, listener: LogListener): SharedLogs {
  /** What this tab has seen of the logs that it needs. */
  const cursors = new Map<string, number>()
  const channel = tabs.channel(name, (data) => {
    const parsed = message.safeParse(data)
    if (parsed.success) hear(parsed.data)
  })
  let leading: Multiplex | null = null
  /** Stops waiting for the lead, or hands it on. */
  let resign = tabs.lock(name, { how: 'wait', held: lead, lost: overtaken })
  /** Ends the wait for the leader's answer. */
  let answered: (() => void) | null = null
  let cancelCheck = environment.timer(checkInterval, check)
  // A leader out of sight does not know that somebody looks now.
  const endOfWatch = environment.on('visibility', ask)

  function lead(): void {
    heardOfLeader()
    leading = createMultiplex({ client, environment }, everybody)
    channel.post({ type: 'lead' } satisfies Message)
    leading.add(cursors)
  }

  /** Another tab has taken over, since this one seemed to be asleep. */
  function overtaken(): void {
    leading?.close()
    leading = null
    resign = tabs.lock(name, { how: 'wait', held: lead, lost: overtaken })
    want(cursors)
  }

  function want(wanted: Iterable<[string, number]>): void {
    if (leading) {
      leading.add(wanted)
      listener.onState(leading.state)
      return
    }
    channel.post({ type: 'want', cursors: [...wanted] } satisfies Message)
    answered ??= environment.timer(answerLimit, () => {
      answered = null
      resign()
      resign = tabs.lock(name, { how: 'steal', held: lead, lost: overtaken })
    })
  }

  function heardOfLeader(): void {
    answered?.()
    answered = null
  }

  function ask(): void {
    if (!leading && cursors.size > 0 && !environment.hidden()) want([])
  }

  function check(): void {
    ask()
    cancelCheck = environment.timer(checkInterval, check)
  }

  function hear(heard: Message): void {
    if (heard.type === 'want') {
      if (!leading) return
      leading.add(heard.cursors)
      // Somebody waits, so it is tried again at once.
      if (leading.state === 'reconnecting') leading.resume()
      const { state, generationIds } = leading
      channel.post({ type: 'heard', state, generationIds } satisfies Message)
      return
    }
    if (heard.type === 'drop') {
      const cursor = cursors.get(heard.generationId)
      if (cursor === undefined) leading?.drop(heard.generationId)
      else if (!leading) want([[heard.generationId, cursor]])
      return
    }
    heardOfLeader()
    if (heard.type === 'lead') want(cursors)
    else if (heard.type === 'events') take(heard.generationId, heard.events)
    else if (heard.type === 'fruitless') listener.onFruitless(heard.generationIds)
    else if (heard.type === 'lost') {
      if (cursors.delete(heard.generationId)) listener.onLost(heard.generationId)
    } else listener.onState(heard.state)
    if (heard.type === 'heard') wantMissing(heard.generationIds)
  }

  /** What was dropped while this tab slept, it still needs. */
  function wantMissing(generationIds: string[]): void {
    const missing = [...cursors].filter(([id]) => !generationIds.includes(id))
    if (missing.length > 0) want(missing)
  }

  function take(generationId: string, events: LogEvent[]): void {
    const cursor = cursors.get(generationId)
    if (cursor === undefined) return
    const next = continuing(events, cursor)
    const last = next.at(-1)
    if (last?.type === 'status') cursors.delete(generationId)
    else if (last) cursors.set(generationId, last.seq)
    if (last) listener.onEvents(generationId, next)
    // Something was said before this tab listened, or while it slept.
    const missing = events.some(({ seq }) => seq > (last?.seq ?? cursor))
    if (missing && !answered) want([[generationId, last?.seq ?? cursor]])
  }

  /** What a tab tells, it hears as well. */
  const tell = (told: Message) => {
    channel.post(told)
    hear(told)
  }
  const everybody: LogListener = {
    onEvents: (generationId, events) => tell({ type: 'events', generationId, events }),
    onState: (state: ConnectionState) => tell({ type: 'state', state }),
    onFruitless: (generationIds) => tell({ type: 'fruitless', generationIds }),
    onLost: (generationId) => tell({ type: 'lost', generationId }),
  }

  return {
    follow(wanted) {
      for (const [generationId, after] of wanted) cursors.set(generationId, after)
      want(wanted)
    },
    drop(generationId) {
      if (cursors.delete(generationId)) tell({ type: 'drop', generationId })
    },
    async spare() {
      for (const place of spareConnections) {
        const handBack = await attempt(tabs, `rill.connection.${place}`)
        if (handBack) return handBack
      }
      return null
    },
    close() {
      cancelCheck()
      endOfWatch()
      heardOfLeader()
      cursors.clear()
      leading?.close()
      leading = null
      resign()
      channel.close()
    },
  }
}

/** Takes a lock that nobody has. */
function attempt(tabs: Tabs, lock: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const handBack = tabs.lock(lock, { how: 'try', held: () => resolve(handBack), lost: () => resolve(null) })
  })
}
