'use client'
import { useEffect, useSyncExternalStore } from 'react'

/** In milliseconds. What could not be fetched is tried again so much later, as long as it is to be shown. */
const againMs = 2000

export interface Fetched<Component> {
  /** Null until it is here. */
  component: Component | null
  /** The last try failed. */
  failed: boolean
}

export interface Lazily<Component> {
  /** Settles when that try is over, with whether it is here. */
  want(): Promise<boolean>
  useIt(wanted?: boolean): Fetched<Component>
}

/**
 * Code that is no part of the first page's: fetched when somebody first wants it, and then there for all. `want` may be
 * called often.
 */
export function lazily<Component>(fetchIt: () => Promise<Component>): Lazily<Component> {
  let state: Fetched<Component> = { component: null, failed: false }
  let loading: Promise<boolean> | null = null
  let again: ReturnType<typeof setTimeout> | undefined
  /** By how many it is to be shown. */
  let wanting = 0
  const listeners = new Set<() => void>()

  function change(next: Fetched<Component>): void {
    state = next
    loading = null
    for (const listener of listeners) listener()
  }

  async function load(): Promise<boolean> {
    clearTimeout(again)
    try {
      change({ component: await fetchIt(), failed: false })
    } catch {
      change({ component: null, failed: true })
      again = setTimeout(() => wanting > 0 && want(), againMs)
    }
    return state.component !== null
  }

  function want(): Promise<boolean> {
    if (state.component) return Promise.resolve(true)
    loading ??= load()
    return loading
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  const nothing: Fetched<Component> = { component: null, failed: false }
  /** How it stands; fetches it as soon as it is wanted. */
  function useIt(wanted = true): Fetched<Component> {
    useEffect(() => {
      if (!wanted) return
      wanting++
      void want()
      return () => {
        wanting--
      }
    }, [wanted])
    return useSyncExternalStore(
      subscribe,
      () => state,
      () => nothing,
    )
  }
  return { want, useIt }
}
