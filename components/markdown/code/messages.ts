import type { Grammar } from './languages'

/** A token of a line; `kind` is for example `keyword` or `string`. */
export interface Token {
  text: string
  kind: string
}

/** Asks for the colors of the next finished lines and of the line being written. */
export interface HighlightRequest {
  /** Identifies the code block. */
  id: number
  grammar: Grammar
  lines: string[]
  last: string | null
}

/** The colors of the requested lines. */
export interface HighlightResult {
  id: number
  lines: Token[][]
  last: { text: string; tokens: Token[] } | null
}

/** Sent when a code block is unmounted. */
export interface ReleaseRequest {
  id: number
  release: true
}
