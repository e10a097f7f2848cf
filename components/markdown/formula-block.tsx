'use client'
import { Formula } from './formula'
import { texOf } from './parse/math'
import type { MathBlock } from './parse/tree'

/** A formula in lines of its own. */
export function FormulaBlock({ block }: { block: MathBlock }) {
  return (
    <p className="formula-line">
      <Formula tex={texOf(block.lines, block.fence)} display unfinished={!block.closed} />
    </p>
  )
}
