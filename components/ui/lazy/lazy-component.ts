'use client'
import { useEffect, useSyncExternalStore } from 'react'

/** The delay before a failed download is retried, as long as a mounted component needs it. */
const RETRY_DELAY_MS = 2000

export interface LazyState<Component> {
  /** Null until the code is loaded. */
  component: Component | null
  /** Whether the last attempt failed. */
  failed: boolean
}

export interface LazyComponent<Component> {
  /** Starts the download, unless it has started. Resolves with whether the code is loaded; never rejects. */
  preload(): Promise<boolean>
  /** Returns the code once it is loaded, and loads it when `needed`. */
  useComponent(needed?: boolean): LazyState<Component>
}

/**
 * Code that isn't part of the first load. Unlike with `React.lazy`, nothing suspends, a failed download is retried, and
 * loaded code renders at once.
 */
export function lazyComponent<Component>(download: () => Promise<Component>): LazyComponent<Component> {
  const initial: LazyState<Component> = { component: null, failed: false }
  let state = initial
  let loading: Promise<boolean> | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  /** How many mounted components need the code. */
  let needs = 0
  const listeners = new Set<() => void>()

  function setState(next: LazyState<Component>): void {
    state = next
    loading = null
    for (const listener of listeners) listener()
  }

  async function load(): Promise<boolean> {
    clearTimeout(retry)
    try {
      setState({ component: await download(), failed: false })
    } catch {
      setState({ component: null, failed: true })
      retry = setTimeout(() => needs > 0 && preload(), RETRY_DELAY_MS)
    }
    return state.component !== null
  }

  function preload(): Promise<boolean> {
    if (state.component) return Promise.resolve(true)
    loading ??= load()
    return loading
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function useComponent(needed = true): LazyState<Component> {
    useEffect(() => {
      if (!needed) return
      needs++
      void preload()
      return () => {
        needs--
      }
    }, [needed])
    return useSyncExternalStore(
      subscribe,
      () => state,
      () => initial,
    )
  }
  return { preload, useComponent }
}
