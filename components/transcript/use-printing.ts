'use client'
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { beforePrinting } from '@/components/markdown/offscreen/printing'

/** Whether the page is being printed. Rendered synchronously, before the browser lays out the pages. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false)
  useEffect(() => {
    const unsubscribe = beforePrinting(() => flushSync(() => setPrinting(true)))
    const onAfterPrint = () => setPrinting(false)
    window.addEventListener('afterprint', onAfterPrint)
    return () => {
      unsubscribe()
      window.removeEventListener('afterprint', onAfterPrint)
    }
  }, [])
  return printing
}
