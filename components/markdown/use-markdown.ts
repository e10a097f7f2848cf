'use client'
import { lazily } from '@/components/ui/lazy/lazily'

const markdown = lazily(() => import('./markdown').then((module) => module.Markdown))

/** Starts fetching the renderer. */
export const preloadMarkdown = markdown.want

/** The renderer once it is here, null before: text stays readable without it. */
export function useMarkdown() {
  return markdown.useIt().component
}
