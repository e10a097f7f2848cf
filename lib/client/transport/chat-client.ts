import * as z from 'zod/mini'
import {
  type Conversation,
  type ConversationPage,
  conversation,
  conversationPage,
  type ModelList,
  modelList,
  type Settings,
  settings,
} from '@/lib/protocol/api'
import { type Message, message } from '@/lib/protocol/messages'
import type { ConversationChange } from '@/lib/protocol/requests/conversations'
import type { SettingsChange } from '@/lib/protocol/requests/settings'
import type { ChatRequest, RegenerateRequest } from '@/lib/protocol/requests/turns'
import { ApiError, createCalls, unreadable, withBody } from './api-calls'
import type { BrowserEnvironment } from './browser-environment'

export type ChatClient = ReturnType<typeof createChatClient>

/** The calls that every page makes: turns, conversations, models and settings. */
export function createChatClient(environment: Pick<BrowserEnvironment, 'origin' | 'signIn'>) {
  const { call, json, done } = createCalls(environment)
  return {
    /** For calls of one page alone: other pages don't load the schema. */
    read: <T>(schema: z.ZodMiniType<T>, path: string): Promise<T> => json(schema, path),
    post: <T>(schema: z.ZodMiniType<T>, path: string, body: object, headers: Record<string, string> = {}): Promise<T> =>
      json(schema, path, { ...withBody('POST', body), headers: { 'Content-Type': 'application/json', ...headers } }),
    chat: (turn: ChatRequest, signal: AbortSignal): Promise<Response> =>
      call('/api/chat', { ...withBody('POST', turn), signal }),
    /** Continues or regenerates the reply of a generation. */
    regenerate: (verb: 'continue' | 'regenerate', generationId: string, turn: RegenerateRequest, signal: AbortSignal) =>
      call(`/api/generations/${encodeURIComponent(generationId)}/${verb}`, { ...withBody('POST', turn), signal }),
    /** Several logs in one response, each after a `seq`. */
    events: (cursors: Map<string, number>, signal: AbortSignal): Promise<Response> => {
      const from = Array.from(cursors, ([id, after]) => `${encodeURIComponent(id)}:${after}`)
      return call(`/api/generations/events?from=${from.join(',')}`, { signal })
    },
    stop: (generationId: string): Promise<void> =>
      done('POST', `/api/generations/${encodeURIComponent(generationId)}/stop`),
    conversations: (cursor: string | null): Promise<ConversationPage> =>
      json(conversationPage, `/api/conversations${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`),
    /** A conversation with all of its messages, or only the newest so many. */
    conversation: async (id: string, newest?: number): Promise<Conversation> =>
      await conversationIn(await json(unreadConversation, conversationPath(id) + (newest ? `?newest=${newest}` : ''))),
    change: (id: string, change: ConversationChange): Promise<void> => done('PATCH', conversationPath(id), change),
    remove: (id: string): Promise<void> => done('DELETE', conversationPath(id)),
    models: (): Promise<ModelList> => json(modelList, '/api/models'),
    settings: (): Promise<Settings> => json(settings, '/api/settings'),
    /** Changes settings that are still as `seen`. It is sent even while the page unloads. */
    saveSettings: (change: Partial<Settings>, seen?: Partial<Settings>): Promise<Settings> =>
      json(settings, '/api/settings', {
        ...withBody('PATCH', { ...change, seen } satisfies SettingsChange),
        keepalive: true,
      }),
  }
}

/** Its messages are parsed one by one: there may be thousands. */
const unreadConversation = z.extend(conversation, { messages: z.array(z.unknown()) })

/** Half a frame. */
const sliceMs = 8

/** Parses a conversation's messages in slices, so that the page stays responsive. @throws {ApiError} */
async function conversationIn(unread: z.infer<typeof unreadConversation>): Promise<Conversation> {
  const messages: Message[] = []
  let began = performance.now()
  for (const each of unread.messages) {
    const parsed = message.safeParse(each)
    if (!parsed.success) throw new ApiError(200, unreadable)
    messages.push(parsed.data)
    if (performance.now() - began < sliceMs) continue
    await new Promise((resolve) => setTimeout(resolve))
    began = performance.now()
  }
  return { ...unread, messages }
}

export const conversationPath = (id: string) => `/api/conversations/${encodeURIComponent(id)}`
