'use client'
import { type RefObject, useLayoutEffect } from 'react'

/** Grows a text box with its text, up to its CSS `max-height`, in browsers without `field-sizing: content`. */
export function useAutosize(box: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = box.current
    if (!element || globalThis.CSS?.supports?.('field-sizing', 'content')) return
    element.style.height = 'auto'
    if (text !== '') element.style.height = `${element.scrollHeight}px`
  }, [box, text])
}
