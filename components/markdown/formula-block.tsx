'use client'
import { useDocument } from './document-context'
import { Formula } from './formula'
import { Inlines } from './inlines'
import { inlinesIn } from './parse/inline'
import { texOf } from './parse/math'
import type { MathBlock } from './parse/tree'

/** A formula in lines of its own. One that was never closed was none: it is the text that it looks like. */
export function FormulaBlock({ block, growing }: { block: MathBlock; growing: boolean }) {
  const { asked } = useDocument()
  if (block.closed || growing) {
    return (
      <p className="formula-line">
        <Formula tex={texOf(block.lines, block.fence)} display unfinished={!block.closed} />
      </p>
    )
  }
  return (
    <p dir="auto">
      <Inlines inlines={inlinesIn(block.lines.join('\n'), asked, false)} />
    </p>
  )
}
