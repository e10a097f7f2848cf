'use client'
import { memo } from 'react'
import { CopyButton } from '@/components/ui/copy-button'

/** What scrolls has to be within reach of the keyboard. */
export const reachable = { tabIndex: 0 }

/** Code with its language and a copy button. It scrolls inside itself, and copies what has arrived so far. */
export const CodeBlock = memo(function CodeBlock({ language, text }: { language: string; text: string }) {
  return (
    <figure className="code-block" aria-label={language ? `Code, ${language}` : 'Code'}>
      <figcaption>
        <span>{language || 'text'}</span>
        <CopyButton label="Copy code" text={() => text} />
      </figcaption>
      <pre dir="ltr" {...reachable}>
        <code>{text}</code>
      </pre>
    </figure>
  )
})
