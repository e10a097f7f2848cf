import * as z from 'zod/mini'
import { generationEvent, type LogEvent } from '@/lib/protocol/events'
import type { Tabs } from './browser-environment'
import { contiguousEvents } from './event-stream-reader'
import { type ConnectionState, createMultiplex, type LogListener, type Multiplex, type Transport } from './multiplex'

/** Changes with the messages below, so that pages of different versions of Rill never exchange messages. */
const channelName = 'rill.streams.3'
/** A leader that doesn't answer for so long is suspended, and another tab takes over. */
const leaderTimeoutMs = 1_000
/** How often a visible tab checks that there is a leader. */
const checkIntervalMs = 10_000

/** Of a browser's six connections, besides the shared one. Two stay free for everything else. */
const ownConnections = [1, 2, 3]

const logEvent = z.intersection(generationEvent, z.object({ seq: z.number() }))
const connectionState = z.enum(['connecting', 'open', 'reconnecting'])
const message = z.discriminatedUnion('type', [
  /** A new leader asks every tab for the logs that it needs. */
  z.object({ type: z.literal('lead') }),
  z.object({ type: z.literal('want'), cursors: z.array(z.tuple([z.string(), z.number()])) }),
  /** A tab no longer needs a log. Tabs that still do send `want`. */
  z.object({ type: z.literal('drop'), generationId: z.string() }),
  /** The leader's answer to a `want`, with all the logs that it reads. */
  z.object({ type: z.literal('reading'), state: connectionState, generationIds: z.array(z.string()) }),
  z.object({ type: z.literal('events'), generationId: z.string(), events: z.array(logEvent) }),
  z.object({ type: z.literal('state'), state: connectionState }),
  z.object({ type: z.literal('fruitless'), generationIds: z.array(z.string()) }),
  z.object({ type: z.literal('lost'), generationId: z.string() }),
])
type Message = z.infer<typeof message>

/** Reads the logs that this tab needs. */
export interface SharedLogs {
  /** Reads these logs too, each after a `seq`. */
  follow(wanted: Map<string, number>): void
  /** Stops reading a log. */
  drop(generationId: string): void
  /** Reserves one of the browser's connections. Returns how to release it, or null when none is free. */
  reserveConnection(): Promise<(() => void) | null>
  close(): void
}

/**
 * Reads logs together with the browser's other tabs: one of them, the leader, has the one connection and posts the events
 * to the others. When it is closed or suspended, another takes over from what each tab has seen. Where tabs can't exchange
 * messages, each visible tab has a connection of its own.
 */
export function shareLogs(transport: Transport, listener: LogListener): SharedLogs {
  const tabs = transport.environment.tabs()
  return tabs ? readTogether(transport, tabs, listener) : readAlone(transport, listener)
}

function readAlone({ client, environment }: Transport, listener: LogListener): SharedLogs {
  const multiplex = createMultiplex({ client, environment }, listener)
  // Hidden tabs would use up the browser's six connections.
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
    // The connections of the other tabs are unknown.
    reserveConnection: async () => null,
    close() {
      end()
      multiplex.close()
    },
  }
}

function readTogether({ client, environment }: Transport, tabs: Tabs, listener: LogListener): SharedLogs {
  /** The cursors of the logs that this tab needs. */
  const cursors = new Map<string, number>()
  const channel = tabs.channel(channelName, (data) => {
    const parsed = message.safeParse(data)
    if (parsed.success) receive(parsed.data)
  })
  let leading: Multiplex | null = null
  /** Stops waiting for the lead, or passes it on. */
  let resign = tabs.lock(channelName, { how: 'wait', held: lead, lost: overtaken })
  /** Cancels the timeout of the leader's answer. */
  let cancelTimeout: (() => void) | null = null
  let cancelCheck = environment.timer(checkIntervalMs, check)
  // A hidden leader doesn't know that this tab has become visible.
  const stopWatching = environment.on('visibility', checkLeader)

  function lead(): void {
    leaderAnswered()
    leading = createMultiplex({ client, environment }, broadcast)
    channel.post({ type: 'lead' } satisfies Message)
    leading.add(cursors)
  }

  /** Another tab has taken over, because this one seemed to be suspended. */
  function overtaken(): void {
    leading?.close()
    leading = null
    resign = tabs.lock(channelName, { how: 'wait', held: lead, lost: overtaken })
    want(cursors)
  }

  function want(wanted: Iterable<[string, number]>): void {
    if (leading) {
      leading.add(wanted)
      listener.onState(leading.state)
      return
    }
    channel.post({ type: 'want', cursors: [...wanted] } satisfies Message)
    cancelTimeout ??= environment.timer(leaderTimeoutMs, () => {
      cancelTimeout = null
      resign()
      resign = tabs.lock(channelName, { how: 'steal', held: lead, lost: overtaken })
    })
  }

  function leaderAnswered(): void {
    cancelTimeout?.()
    cancelTimeout = null
  }

  function checkLeader(): void {
    if (!leading && cursors.size > 0 && !environment.hidden()) want([])
  }

  function check(): void {
    checkLeader()
    cancelCheck = environment.timer(checkIntervalMs, check)
  }

  function receive(received: Message): void {
    if (received.type === 'want') {
      if (!leading) return
      leading.add(received.cursors)
      // A visible tab waits, so skip the backoff.
      if (leading.state === 'reconnecting') leading.resume()
      const { state, generationIds } = leading
      channel.post({ type: 'reading', state, generationIds } satisfies Message)
      return
    }
    if (received.type === 'drop') {
      const cursor = cursors.get(received.generationId)
      if (cursor === undefined) leading?.drop(received.generationId)
      else if (!leading) want([[received.generationId, cursor]])
      return
    }
    leaderAnswered()
    if (received.type === 'lead') want(cursors)
    else if (received.type === 'events') receiveEvents(received.generationId, received.events)
    else if (received.type === 'fruitless') listener.onFruitless(received.generationIds)
    else if (received.type === 'lost') {
      if (cursors.delete(received.generationId)) listener.onLost(received.generationId)
    } else listener.onState(received.state)
    if (received.type === 'reading') wantMissing(received.generationIds)
  }

  /** Asks again for logs that others dropped while this tab was suspended. */
  function wantMissing(generationIds: string[]): void {
    const missing = [...cursors].filter(([id]) => !generationIds.includes(id))
    if (missing.length > 0) want(missing)
  }

  function receiveEvents(generationId: string, events: LogEvent[]): void {
    const cursor = cursors.get(generationId)
    if (cursor === undefined) return
    const next = contiguousEvents(events, cursor)
    const last = next.at(-1)
    if (last?.type === 'status') cursors.delete(generationId)
    else if (last) cursors.set(generationId, last.seq)
    if (last) listener.onEvents(generationId, next)
    // Events were posted before this tab listened, or while it was suspended.
    const missing = events.some(({ seq }) => seq > (last?.seq ?? cursor))
    if (missing && !cancelTimeout) want([[generationId, last?.seq ?? cursor]])
  }

  /** A channel doesn't deliver to the tab that posts. */
  const post = (posted: Message) => {
    channel.post(posted)
    receive(posted)
  }
  const broadcast: LogListener = {
    onEvents: (generationId, events) => post({ type: 'events', generationId, events }),
    onState: (state: ConnectionState) => post({ type: 'state', state }),
    onFruitless: (generationIds) => post({ type: 'fruitless', generationIds }),
    onLost: (generationId) => post({ type: 'lost', generationId }),
  }

  return {
    follow(wanted) {
      for (const [generationId, after] of wanted) cursors.set(generationId, after)
      want(wanted)
    },
    drop(generationId) {
      if (cursors.delete(generationId)) post({ type: 'drop', generationId })
    },
    async reserveConnection() {
      for (const place of ownConnections) {
        const release = await tryLock(tabs, `rill.connection.${place}`)
        if (release) return release
      }
      return null
    },
    close() {
      cancelCheck()
      stopWatching()
      leaderAnswered()
      cursors.clear()
      leading?.close()
      leading = null
      resign()
      channel.close()
    },
  }
}

/** Acquires a lock that no tab holds. */
function tryLock(tabs: Tabs, name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const release = tabs.lock(name, { how: 'try', held: () => resolve(release), lost: () => resolve(null) })
  })
}
