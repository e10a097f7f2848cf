import type { Grammar } from './languages'

/** A piece of a line, and what it is: a keyword, a string. */
export interface Token {
  text: string
  kind: string
}

/** What the painter is asked: to colour finished lines that follow those it has had, and the line being written. */
export interface HighlightRequest {
  /** The piece of code. */
  id: number
  grammar: Grammar
  lines: string[]
  last: string | null
}

/** What the painter answers: the colours of the same lines. */
export interface HighlightResult {
  id: number
  lines: Token[][]
  last: { text: string; tokens: Token[] } | null
}

/** Says that a piece of code is shown no more. */
export interface ReleaseRequest {
  id: number
  release: true
}
