'use client'
import { texOf } from '@/lib/markdown/math/math-block'
import type { MathBlock } from '@/lib/markdown/tree'
import { Formula } from './formula'

/** A displayed formula. */
export function FormulaBlock({ block }: { block: MathBlock }) {
  return (
    <p className="formula-line">
      <Formula tex={texOf(block.lines, block.fence)} display unfinished={!block.closed} />
    </p>
  )
}
