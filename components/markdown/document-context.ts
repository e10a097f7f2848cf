'use client'
import { createContext, useContext } from 'react'
import { MarkdownDocument } from '@/lib/markdown/document'

export const DocumentContext = createContext(new MarkdownDocument())

/** The document that is being shown. */
export function useDocument(): MarkdownDocument {
  return useContext(DocumentContext)
}
