import { type Neighbor, neighborOf } from './characters'
import type { Lookahead } from './lookahead'
import { type DelimiterRun, newPiece } from './pieces'

/**
 * A delimiter run by CommonMark's flanking rules with the CJK-friendly amendments: next to a script without spaces it
 * is at the border of a word. Two or more marks after a stop or a closing bracket also close without a space behind
 * them.
 */
export function delimiterRunAt(
  text: string,
  at: number,
  mark: string,
  length: number,
  previous: DelimiterRun | null,
  lookahead: Lookahead,
): DelimiterRun {
  const [characterBefore, before] = neighborBefore(text, at)
  const after = neighborOf(characterAfter(text, at + length))
  const isLoose = before.spaceless || after.spaceless
  const left = !after.space && (!after.punctuation || before.space || before.punctuation || isLoose)
  const right = !before.space && (!before.punctuation || after.space || after.punctuation || isLoose)
  const isUnderscore = mark === '_'
  const isPair = !isUnderscore && length > 1 && characterBefore !== ''
  const endsWords = isPair && after.spacedWord && '.,:;!?…%)]"”’»،؛؟।'.includes(characterBefore)
  const isPlain = isOfCode(text, at, length)
  return {
    piece: newPiece(null, mark.repeat(length), at),
    mark,
    length,
    remaining: length,
    canOpen: !isPlain && left && (!isUnderscore || !right || before.punctuation),
    canClose: !isPlain && (endsWords || (right && (!isUnderscore || !left || after.punctuation))),
    beforeWord: before.space || before.punctuation || before.spaceless,
    wordEnd: before.spacedWord && after.spacedWord ? lookahead.findSpace(at) : null,
    byDigit: before.digit || after.digit,
    at,
    previous,
    next: null,
  }
}

/** Whether a run is part of a glob such as `src/**`, or of a comment in code. */
function isOfCode(text: string, at: number, length: number): boolean {
  const before = text.slice(Math.max(0, at - 2), at)
  const after = text.slice(at + length, at + length + 2)
  if (/^\s?$/.test(before.slice(-1))) return length === 1 && /^\/\s/.test(after)
  return before.endsWith('/') && (/^[./]/.test(after) || (/^\s?\/$/.test(before) && /^\s/.test(after)))
}

/** A quotation mark that a variation selector makes fullwidth. */
const wideQuote = /[‘’“”]\ufe01/
const variation = /[\ufe00-\ufe0e]/

/** The character before a position, skipping a variation selector, and its properties. */
function neighborBefore(text: string, at: number): [string, Neighbor] {
  const found = characterAt(text, at - 1)
  if (!variation.test(found)) return [found, neighborOf(found)]
  const character = characterAt(text, at - 2)
  const neighbor = neighborOf(character)
  return [character, wideQuote.test(character + found) ? { ...neighbor, spaceless: true } : neighbor]
}

/** The character whose last code unit is at a position. */
function characterAt(text: string, at: number): string {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? text.slice(at - 1, at + 1) : (text[at] ?? '')
}

function characterAfter(text: string, at: number): string {
  const code = text.charCodeAt(at)
  return code >= 0xd800 && code <= 0xdbff ? text.slice(at, at + 2) : (text[at] ?? '')
}

/**
 * Whether two runs can be a pair by where they are in words: `2*3*4` is a product, and emphasis that opens inside a
 * word closes inside it.
 */
export function canPair(opener: DelimiterRun, closer: DelimiterRun): boolean {
  if (opener.wordEnd === null) return true
  if (closer.at > opener.wordEnd) return false
  const isPlain = opener.length === 1 || closer.length === 1 || opener.byDigit || closer.byDigit
  return closer.wordEnd === null || !isPlain
}
