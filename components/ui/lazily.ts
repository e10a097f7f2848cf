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
  want(): void
  useIt(wanted?: boolean): Fetched<Component>
}

/**
 * Code that is no part of the first page's: fetched when somebody first wants it, and then there for all. `want` may be
 * called often.
 */
export function lazily<Component>(fetchIt: () => Promise<Component>): Lazily<Component> {
  let state: Fetched<Component> = { component: null, failed: false }
  let loading = false
  const listeners = new Set<() => void>()

  function change(next: Fetched<Component>): void {
    state = next
    loading = false
    for (const listener of listeners) listener()
  }

  function want(): void {
    if (state.component || loading) return
    loading = true
    fetchIt().then(
      (component) => change({ component, failed: false }),
      () => {
        change({ component: null, failed: true })
        setTimeout(() => listeners.size > 0 && want(), againMs)
      },
    )
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  const nothing: Fetched<Component> = { component: null, failed: false }
  /** How it stands; fetches it as soon as it is wanted. */
  function useIt(wanted = true): Fetched<Component> {
    useEffect(() => {
      if (wanted) want()
    }, [wanted])
    return useSyncExternalStore(
      subscribe,
      () => state,
      () => nothing,
    )
  }
  return { want, useIt }
}
