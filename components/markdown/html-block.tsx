'use client'
import { memo } from 'react'
import type { ChunkedList } from '@/lib/markdown/chunked-list'
import type { Html } from '@/lib/markdown/tree'

/** Raw HTML as text, in chunks of lines, so that an addition leaves the others alone. */
export function HtmlBlock({ block, growing }: { block: Html; growing: boolean }) {
  const { lines } = block
  return (
    <p dir="auto" className="raw" data-caret={growing || undefined}>
      {Array.from({ length: lines.chunks(0) }, (_, chunk) => chunkOf(lines, chunk))}
    </p>
  )
}

function chunkOf(lines: ChunkedList<string>, chunk: number) {
  return <Lines key={chunk} lines={lines} chunk={chunk} version={lines.versionOf(0, chunk)} />
}

const Lines = memo(function Lines({ lines, chunk }: { lines: ChunkedList<string>; chunk: number; version: number }) {
  const from = chunk * lines.size
  const text = lines.entries.slice(from, from + lines.size).join('\n')
  return chunk === 0 ? text : `\n${text}`
})
