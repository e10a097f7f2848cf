'use client'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { type ConversationStore, createConversationStore, type InitialState } from './conversations'
import type { ConversationState } from './types'

const StoreContext = createContext<ConversationStore | null>(null)

/** Provides the page's conversation store. `initial` is what the server rendered the page with. */
export function ConversationProvider({ initial, children }: { initial: InitialState; children: ReactNode }) {
  const [store] = useState(() => createConversationStore(initial))
  useEffect(() => store.connect(), [store])
  return <StoreContext.Provider value={store}>{children}</StoreContext.Provider>
}

/** The conversation store itself, to read without subscribing. @throws {Error} outside a `ConversationProvider`. */
export function useConversationStore(): ConversationStore {
  const store = useContext(StoreContext)
  if (!store) throw new Error('The conversation store needs a ConversationProvider above it.')
  return store
}

/**
 * The result of a selector; the component renders again when its identity changes.
 * @throws {Error} outside a `ConversationProvider`.
 */
export function useConversations<T>(selector: (state: ConversationState) => T): T {
  return useStore(useConversationStore(), selector)
}
