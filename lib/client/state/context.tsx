'use client'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { type ConversationStore, createConversationStore, type InitialState } from './conversations'
import type { ConversationState } from './types'

const StoreContext = createContext<ConversationStore | null>(null)

/** Holds the conversation store of the page. `initial` is what the server knew when it rendered it. */
export function ConversationProvider({ initial, children }: { initial: InitialState; children: ReactNode }) {
  const [store] = useState(() => createConversationStore(initial))
  useEffect(() => store.connect(), [store])
  return <StoreContext.Provider value={store}>{children}</StoreContext.Provider>
}

/** The conversation store itself, for who looks into it now and then. @throws {Error} outside a `ConversationProvider`. */
export function useConversationStore(): ConversationStore {
  const store = useContext(StoreContext)
  if (!store) throw new Error('The conversation store needs a ConversationProvider above it.')
  return store
}

/**
 * What a selector picks from the conversation store; the component renders again when that changes identity.
 * @throws {Error} outside a `ConversationProvider`.
 */
export function useConversations<T>(selector: (state: ConversationState) => T): T {
  return useStore(useConversationStore(), selector)
}
