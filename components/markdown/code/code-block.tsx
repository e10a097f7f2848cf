'use client'
import { Code as CodeIcon, Download, WrapText } from 'lucide-react'
import { Fragment, memo, useMemo, useRef, useState } from 'react'
import { IconButton } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import type { Code } from '@/lib/markdown/tree'
import { type ChunkedView, Chunks, type FrameProps } from '../chunks'
import { Diagram } from '../diagram/diagram'
import { rightToLeft } from '../direction'
import { useSkipOffscreen } from '../offscreen/frames'
import { CODE_LINE_HEIGHT_PX } from '../offscreen/heights'
import { fadeOverflow } from '../tables/overflow'
import type { CodeHighlighting } from './code-highlighting'
import { extensionOf } from './languages'
import type { Token } from './messages'
import { useHighlighting } from './use-highlighting'

/** Scrollable elements have to be reachable by keyboard. */
export const reachable = { tabIndex: 0 }

/** A code block with its language and actions. It scrolls by itself, and copies what has arrived so far. */
export const CodeBlock = memo(function CodeBlock({ code, growing }: { code: Code; version: number; growing: boolean }) {
  const language = languageOf(code.info)
  const figure = useRef<HTMLElement>(null)
  const [wrapped, setWrapped] = useState(false)
  const [asSource, setAsSource] = useState(false)
  const highlighting = useHighlighting(code, language, figure, growing)
  const view = useMemo(() => linesOf(code, highlighting), [code, highlighting])
  const source = (
    <pre ref={growing ? undefined : fadeOverflow} dir="ltr" data-wrapped={wrapped || undefined} {...reachable}>
      <code data-growing={growing || undefined}>
        <Chunks view={view} />
      </code>
    </pre>
  )
  return (
    <figure
      ref={figure}
      className="code-block"
      data-wide={isWide(code) || undefined}
      aria-label={language ? `Code, ${language}` : 'Code'}
    >
      <figcaption>
        <span className="me-auto">{language || 'text'}</span>
        {language === 'mermaid' ? (
          <IconButton label="Show source" aria-pressed={asSource} onClick={() => setAsSource(!asSource)}>
            <CodeIcon size={16} aria-hidden="true" />
          </IconButton>
        ) : null}
        <IconButton label="Wrap lines" aria-pressed={wrapped} onClick={() => setWrapped(!wrapped)}>
          <WrapText size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label="Download code" onClick={() => download(`code.${extensionOf(language)}`, codeText(code))}>
          <Download size={16} aria-hidden="true" />
        </IconButton>
        <CopyButton label="Copy code" text={() => codeText(code)} />
      </figcaption>
      {language === 'mermaid' && !growing && !asSource ? (
        <Diagram text={codeText(code)} element={figure} source={source} />
      ) : (
        source
      )}
    </figure>
  )
})

function linesOf({ lines }: Code, highlighting: CodeHighlighting | null): ChunkedView {
  return {
    list: lines,
    renderEntry: (index, last) => {
      const text = lines.entries[index] ?? ''
      return <Line key={index} text={text} tokens={highlighting?.tokensOf(index, text) ?? null} last={last} />
    },
    estimateHeight: () => CODE_LINE_HEIGHT_PX,
    Frame: LinesFrame,
  }
}

const Line = memo(function Line({ text, tokens, last }: { text: string; tokens: Token[] | null; last: boolean }) {
  const end = last ? '' : '\n'
  if (!tokens) return text + end
  // Without isolation, right-to-left words would swap places with the code between them.
  const Isolate = rightToLeft.test(text) ? 'bdi' : 'span'
  return (
    <>
      {atColumns(tokens).map(({ token, column }) =>
        token.kind ? (
          <Isolate key={column} dir={Isolate === 'bdi' ? 'ltr' : undefined} className={`code-${token.kind}`}>
            {token.text}
          </Isolate>
        ) : (
          <Fragment key={column}>{token.text}</Fragment>
        ),
      )}
      {end}
    </>
  )
})

/** Keys tokens by their column: a growing line may be tokenized differently, and elements must not move. */
function atColumns(tokens: Token[]): { token: Token; column: number }[] {
  let end = 0
  return tokens.map((token) => {
    const column = end
    end += token.text.length
    return { token, column }
  })
}

function LinesFrame({ level, full, children }: FrameProps) {
  const element = useSkipOffscreen<HTMLSpanElement>(full)
  // The caret is in the last line: after the element of the lines it would start a new one.
  return (
    <span ref={element} className="lines" data-last={(level === 0 && !full) || undefined}>
      {level === 0 ? <span>{children}</span> : children}
    </span>
  )
}

/** The length of a line that fits the column. */
const COLUMN_CHARACTERS = 76

/** Whether a line is longer than the column. It can only become true as the code grows. */
function isWide({ lines }: Code): boolean {
  return lines.entries.some((line) => line.length > COLUMN_CHARACTERS)
}

function codeText({ lines }: Code): string {
  return lines.entries.join('\n')
}

/** The first word of an info string, if it can be the name of a language. */
function languageOf(info: string): string {
  return info.match(/^[\w+#.-]{1,30}/)?.[0] ?? ''
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
