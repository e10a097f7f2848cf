'use client'
import { type RefObject, useLayoutEffect } from 'react'

/** Lets a text box grow with its text up to its CSS `max-height`, in browsers that lack `field-sizing: content`. */
export function useAutosize(box: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = box.current
    if (!element || globalThis.CSS?.supports?.('field-sizing', 'content')) return
    element.style.height = 'auto'
    if (text !== '') element.style.height = `${element.scrollHeight}px`
  }, [box, text])
}
