'use client'
import { useEffect } from 'react'
import { useConversations } from '@/lib/client/state/context'

/** Applies a changed theme at once. The server renders it from the next request on. */
export function useTheme(): void {
  const theme = useConversations((state) => state.settings.theme)
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
}
