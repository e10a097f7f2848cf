'use client'
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { beforePrinting } from '@/components/markdown/offscreen/printing'

/** Whether the page is being printed. What depends on it is in the page before the browser looks at it. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false)
  useEffect(() => {
    const leave = beforePrinting(() => flushSync(() => setPrinting(true)))
    const after = () => setPrinting(false)
    window.addEventListener('afterprint', after)
    return () => {
      leave()
      window.removeEventListener('afterprint', after)
    }
  }, [])
  return printing
}
