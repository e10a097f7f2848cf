import type { Definition } from '../tree'
import { unescaped } from './characters'

const angleBracketed = /<(?:[^<>\n\\]|\\.)*>/y
/** The limits bound the search for an end. */
const titles = /"(?:[^"\\]|\\[\s\S]){0,2000}"|'(?:[^'\\]|\\[\s\S]){0,2000}'|\((?:[^()\\]|\\[\s\S]){0,2000}\)/y
const labels = /\[(?:[^\\[\]]|\\.){0,1000}\]/sy
/** Longer definitions are text. */
const MAX_DEFINITION_CHARACTERS = 4096
const space = /[ \t]*(?:\n[ \t]*)?/y
const restOfLine = /[ \t]*(?:\n|$)/y

/** A match, and where it ends. */
export interface Found<Value> {
  value: Value
  end: number
}

export function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

export function skipSpace(text: string, at: number): number {
  return at + (matchAt(space, text, at)?.length ?? 0)
}

/** A link label; its value excludes the brackets. */
export function labelAt(text: string, at: number): Found<string> | null {
  const found = matchAt(labels, text, at)
  return found === null ? null : { value: found.slice(1, -1), end: at + found.length }
}

/** A link destination, in angle brackets or bare with balanced parentheses. */
export function destinationAt(text: string, at: number): Found<string> | null {
  if (text[at] === '<') {
    const found = matchAt(angleBracketed, text, at)
    return found === null ? null : { value: unescaped(found.slice(1, -1)), end: at + found.length }
  }
  let depth = 0
  let end = at
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code <= 32 || code === 127) break
    if (code === 92 && /[!-/:-@[-`{-~]/.test(text[end + 1] ?? '')) end++
    else if (code === 40 && ++depth > 32) return null
    else if (code === 41 && --depth < 0) break
  }
  if (depth > 0) return null
  return { value: unescaped(text.slice(at, end)), end }
}

export function titleAt(text: string, at: number): Found<string> | null {
  const found = matchAt(titles, text, at)
  return found === null ? null : { value: unescaped(found.slice(1, -1)), end: at + found.length }
}

/** A link reference definition, `[label]: destination "title"`. */
export function definitionAt(text: string, at: number): Found<Definition & { label: string }> | null {
  const label = labelAt(text, at)
  if (!label || label.value.trim() === '' || text[label.end] !== ':') return null
  const from = skipSpace(text, label.end + 1)
  const destination = destinationAt(text, from)
  if (!destination || (destination.end === from && text[from] !== '<')) return null
  const bare = endOfLine(text, destination.end)
  const afterSpace = skipSpace(text, destination.end)
  const title = afterSpace > destination.end ? titleAt(text, afterSpace) : null
  const titled = title ? endOfLine(text, title.end) : null
  const value = { label: label.value, url: destination.value, title: '' }
  if (title && titled !== null) return { value: { ...value, title: title.value }, end: titled }
  return bare === null ? null : { value, end: bare }
}

/** Whether a text can no longer become a link reference definition, whatever follows. */
export function isNoDefinition(text: string): boolean {
  const label = labelAt(text, 0)
  return (label !== null && text[label.end] !== ':') || text.length > MAX_DEFINITION_CHARACTERS
}

function endOfLine(text: string, at: number): number | null {
  const found = matchAt(restOfLine, text, at)
  return found === null ? null : at + found.length
}
