'use client'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'

const markdown = lazyComponent(() => import('./markdown').then((module) => module.Markdown))

export const preloadMarkdown = markdown.preload

/** The renderer; null until it is loaded. */
export function useMarkdown() {
  return markdown.useComponent().component
}
