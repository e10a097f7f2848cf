'use client'
import { createContext, useContext } from 'react'
import { MarkdownDocument } from '@/lib/markdown/document'

export const DocumentContext = createContext(new MarkdownDocument())
/** Whether most of the document is right-to-left. */
export const RightToLeftContext = createContext(false)

/** The document that is rendered. */
export function useDocument(): MarkdownDocument {
  return useContext(DocumentContext)
}
