'use client'
import { useCallback, useEffect } from 'react'
import { useConversations } from '@/lib/client/state/context'

const notice = {
  id: 'files',
  text: 'Rill can’t read files yet. Paste the text you want to ask about.',
  tone: 'quiet' as const,
}

/** Shows that files can't be dropped or pasted yet. */
export function useFileNotice(): () => void {
  const notify = useConversations((state) => state.notify)
  return useCallback(() => notify(notice), [notify])
}

/** Keeps the browser from navigating to a dropped file, or to a link dropped outside a text field. */
export function useFileDrops(): void {
  const showNotice = useFileNotice()
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const isHandled = ({ dataTransfer, target }: DragEvent) => {
      const types = dataTransfer?.types ?? []
      const inField = target instanceof Element && target.closest('input, textarea') !== null
      return types.includes('Files') || (types.includes('text/uri-list') && !inField)
    }
    document.addEventListener('dragover', (event) => isHandled(event) && event.preventDefault(), { signal })
    document.addEventListener(
      'drop',
      (event) => {
        if (!isHandled(event)) return
        event.preventDefault()
        if (event.dataTransfer?.types.includes('Files')) showNotice()
      },
      { signal },
    )
    return () => controller.abort()
  }, [showNotice])
}
