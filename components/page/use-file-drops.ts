'use client'
import { useCallback, useEffect } from 'react'
import { useConversations } from '@/lib/client/state/context'

const notice = {
  id: 'files',
  text: 'Rill can’t read files yet. Paste the text you want to ask about.',
  tone: 'quiet' as const,
}

/** Says what becomes of files that are dropped or pasted. */
export function useFileNotice(): () => void {
  const notify = useConversations((state) => state.notify)
  return useCallback(() => notify(notice), [notify])
}

/** Keeps the browser from opening in place of the app what is dropped on it: a file, or a link beside a text box. */
export function useFileDrops(): void {
  const tell = useFileNotice()
  useEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    const isOurs = ({ dataTransfer, target }: DragEvent) => {
      const types = dataTransfer?.types ?? []
      const inField = target instanceof Element && target.closest('input, textarea') !== null
      return types.includes('Files') || (types.includes('text/uri-list') && !inField)
    }
    document.addEventListener('dragover', (event) => isOurs(event) && event.preventDefault(), { signal })
    document.addEventListener(
      'drop',
      (event) => {
        if (!isOurs(event)) return
        event.preventDefault()
        if (event.dataTransfer?.types.includes('Files')) tell()
      },
      { signal },
    )
    return () => listening.abort()
  }, [tell])
}
