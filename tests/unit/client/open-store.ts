import { onTestFinished, vi } from 'vitest'
import { type ConversationStore, createConversationStore } from '@/lib/client/state/conversations'
import { messageOf } from '@/lib/client/state/selectors'
import { defaultSettings } from '@/lib/protocol/api'
import { textOf } from '@/lib/protocol/messages'
import type { Log } from './log'
import { TestServer } from './server'
import { TestEnvironment } from './test-environment'

/** A test server, and a store in a browser on it. Both close when the test ends. */
export async function openStore(prepare: (server: TestServer) => void = () => {}) {
  const server = new TestServer()
  prepare(server)
  await server.listen()
  onTestFinished(() => server.close())
  return { server, ...openTab(server) }
}

/** A tab of the server's one browser. */
export function openTab(server: TestServer, environment = newEnvironment(server)) {
  const all = server.list()
  const shown = all.slice(0, server.pageSize)
  const conversations = { conversations: shown, nextCursor: server.cursorAfter(shown, all) }
  const store = createConversationStore({ conversations, settings: defaultSettings, models: null }, environment)
  const disconnect = store.connect()
  onTestFinished(disconnect)
  return { environment, store, get: store.getState, disconnect }
}

function newEnvironment(server: TestServer): TestEnvironment {
  const environment = new TestEnvironment(server.origin)
  environment.browser = server.browser
  return environment
}

/** Waits for a condition. */
export async function until(condition: () => unknown): Promise<void> {
  await vi.waitFor(
    () => {
      if (!condition()) throw new Error(`Still waiting for: ${condition}`)
    },
    { timeout: 4_000, interval: 2 },
  )
}

/** The text of a message in the store. */
export function textIn(store: ConversationStore, messageId: string): string {
  return textOf(messageOf(store.getState(), messageId)?.parts ?? [])
}

export function statusOf(store: ConversationStore, messageId: string) {
  return messageOf(store.getState(), messageId)?.generation?.status
}

/** A conversation with a running reply. */
export function runningConversation(server: TestServer) {
  const { id } = server.conversation('Rivers')
  return { id, log: server.turn(id, 'Tell me of rivers') }
}

/** The open connections. One that carries several logs counts once. */
export function connections(server: TestServer): number {
  return new Set([...server.logs.values()].flatMap((log) => [...log.connections])).size
}

export const idOf = ({ start }: Log) => start.generationId
