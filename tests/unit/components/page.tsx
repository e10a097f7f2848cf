import { render, waitFor } from '@testing-library/react'
import { type ReactNode, useEffect } from 'react'
import { onTestFinished, vi } from 'vitest'
import { ConversationProvider, useConversationStore } from '@/lib/client/state/context'
import type { ConversationStore } from '@/lib/client/state/conversations'
import { type Conversation, defaultSettings } from '@/lib/protocol/api'

type Answer = () => object | Promise<object>

const notFound = { error: { kind: 'not_found', message: 'There is no such thing.', retryable: false } }
export const away = { error: { kind: 'upstream', message: 'The disk is slow.', retryable: true } }

/** A page in a browser with a store, and what its server answers by path, which a test may change. */
export async function openPage(answers: Record<string, Answer>, shown: ReactNode) {
  vi.stubGlobal('fetch', async (path: string) => {
    const answer = await (answers[path]?.() ?? notFound)
    return Response.json(answer, { status: answer === notFound ? 404 : answer === away ? 503 : 200 })
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  let store: ConversationStore | null = null
  function Store() {
    const here = useConversationStore()
    useEffect(() => {
      store = here
    }, [here])
    return null
  }
  const whole = (content: ReactNode) => (
    <ConversationProvider
      initial={{ conversations: { conversations: [], nextCursor: null }, settings: defaultSettings, models: null }}
    >
      <Store />
      {content}
    </ConversationProvider>
  )
  const { rerender, unmount } = render(whole(shown))
  const held = await waitFor(() => {
    if (!store) throw new Error('The page has no store yet.')
    return store
  })
  return { get: held.getState, show: (content: ReactNode) => rerender(whole(content)), unmount }
}

/** A conversation of so many prompts, of which these are the newest. */
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
