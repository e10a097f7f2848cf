'use client'
import { memo, useMemo } from 'react'
import { CopyButton } from '@/components/ui/copy-button'
import { Chunks, type FrameProps, type Shown } from './chunks'
import { useRest } from './frames'
import { codeLineHeight } from './heights'
import type { Code } from './parse/tree'

/** What scrolls has to be within reach of the keyboard. */
export const reachable = { tabIndex: 0 }

/** Code with its language and a copy button. It scrolls inside itself, and copies what has arrived so far. */
export const CodeBlock = memo(function CodeBlock({ code, growing }: { code: Code; stamp: number; growing: boolean }) {
  const language = languageOf(code.info)
  const { lines } = code
  const shown = useMemo(
    (): Shown => ({
      list: lines,
      entry: (place, last) => <Line key={place} text={(lines.entries[place] ?? '') + (last ? '' : '\n')} />,
      heightOf: () => codeLineHeight,
      Frame: LinesFrame,
    }),
    [lines],
  )
  return (
    <figure className="code-block" aria-label={language ? `Code, ${language}` : 'Code'}>
      <figcaption>
        <span>{language || 'text'}</span>
        <CopyButton label="Copy code" text={() => lines.entries.join('\n')} />
      </figcaption>
      <pre dir="ltr" {...reachable}>
        <code data-caret={growing || undefined}>
          <Chunks shown={shown} />
        </code>
      </pre>
    </figure>
  )
})

const Line = memo(function Line({ text }: { text: string }) {
  return text
})

function LinesFrame({ chunk, full, children }: FrameProps) {
  const element = useRest<HTMLSpanElement>(full)
  if (chunk === 0 && !full) return <span ref={element}>{children}</span>
  return (
    <span ref={element} className="lines">
      {children}
    </span>
  )
}

/** The first word after the fence, if it can be the name of a language. */
function languageOf(info: string): string {
  return info.match(/^[\w+#.-]{1,30}/)?.[0] ?? ''
}
