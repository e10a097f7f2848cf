'use client'
import { lazily } from '@/components/ui/lazy/lazily'

const markdown = lazily(() => import('./markdown').then((module) => module.Markdown))

export const preloadMarkdown = markdown.want

/** The renderer; null until it is loaded. */
export function useMarkdown() {
  return markdown.useIt().component
}
