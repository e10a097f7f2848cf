'use client'
import { useSyncExternalStore } from 'react'
import type { Markdown } from './markdown'

type MarkdownComponent = typeof Markdown

let component: MarkdownComponent | null = null
let loading = false
const listeners = new Set<() => void>()

/** Starts fetching the renderer. Safe to call often; a fetch that failed is tried again by the next call. */
export function wantMarkdown(): void {
  if (component || loading) return
  loading = true
  import('./markdown')
    .then((module) => {
      component = module.Markdown
      for (const listener of listeners) listener()
    })
    .catch(() => {
      // Text stays readable without it, as plain text; the next reply or key press tries again.
    })
    .finally(() => {
      loading = false
    })
}

/** The renderer once it is here, null before: it is no part of the first page's code. */
export function useMarkdown(): MarkdownComponent | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => component,
    () => null,
  )
}
