import { render, waitFor } from '@testing-library/react'
import { type ReactNode, useEffect } from 'react'
import { onTestFinished, vi } from 'vitest'
import { ConversationProvider, useConversationStore } from '@/lib/client/state/context'
import type { ConversationStore } from '@/lib/client/state/conversations'
import { type Conversation, defaultSettings } from '@/lib/protocol/api'

type Respond = () => object | Promise<object>

const notFound = { error: { kind: 'not_found', message: 'There is no such thing.', retryable: false } }
export const unavailable = { error: { kind: 'upstream', message: 'The disk is slow.', retryable: true } }

/** Renders a page with a store; `responses` are the server's, by path, and may change during the test. */
export async function openPage(responses: Record<string, Respond>, content: ReactNode) {
  vi.stubGlobal('fetch', async (path: string) => {
    const response = await (responses[path]?.() ?? notFound)
    return Response.json(response, { status: response === notFound ? 404 : response === unavailable ? 503 : 200 })
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  let store: ConversationStore | null = null
  function CaptureStore() {
    const current = useConversationStore()
    useEffect(() => {
      store = current
    }, [current])
    return null
  }
  const withStore = (content: ReactNode) => (
    <ConversationProvider
      initial={{ conversations: { conversations: [], nextCursor: null }, settings: defaultSettings, models: null }}
    >
      <CaptureStore />
      {content}
    </ConversationProvider>
  )
  const { rerender, unmount } = render(withStore(content))
  const loaded = await waitFor(() => {
    if (!store) throw new Error('The page has no store yet.')
    return store
  })
  return { get: loaded.getState, show: (content: ReactNode) => rerender(withStore(content)), unmount }
}

/** A conversation of `count` prompts, of which only the newest are included. */
export function promptsOf(id: string, count: number, newest = count): Conversation {
  const all = Array.from({ length: count }, (_, place): Conversation['messages'][number] => ({
    id: `prompt-${place}`,
    parentId: place === 0 ? null : `prompt-${place - 1}`,
    role: 'user',
    parts: [{ type: 'text', text: `Prompt ${place}` }],
    createdAt: place,
    generation: null,
  }))
  const summary = { id, title: 'Rivers', model: 'demo', createdAt: 1, updatedAt: 1, running: [] }
  return { ...summary, messages: all.slice(-newest), hasEarlier: newest < count }
}
