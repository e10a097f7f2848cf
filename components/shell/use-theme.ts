'use client'
import { useEffect } from 'react'
import { useConversations } from '@/lib/client/state/context'

/** Applies a changed theme at once; the server renders the chosen one from then on. */
export function useTheme(): void {
  const theme = useConversations((state) => state.settings.theme)
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
}
