import type { Inline } from '../tree'
import { append, newPiece, type Piece } from './pieces'

/** The approximate length of a segment. */
const SEGMENT_CHARACTERS = 2048

/** A part of a text that no markup crosses. */
export interface Segment {
  /** Its start in the text. */
  at: number
  inlines: Inline[]
}

/**
 * Splits parsed text into segments, between words, up to `last`. Where it splits depends only on the text before, so a
 * growing text is always split at the same positions.
 */
export function splitIntoSegments(root: Piece, text: string, last: number): Piece[] {
  if (text.length <= SEGMENT_CHARACTERS) return [root]
  let part = newPiece(null)
  const parts = [part]
  let previous: Piece | null = null
  for (let piece = root.first; piece; ) {
    const { next }: Piece = piece
    let rest = piece
    for (
      let at = cutIn(rest, previous, part.at + SEGMENT_CHARACTERS);
      at !== null;
      at = cutIn(rest, previous, part.at + SEGMENT_CHARACTERS)
    ) {
      if (at > last) break
      if (at > rest.at) append(part, newPiece(null, rest.text.slice(0, at - rest.at), rest.at))
      part = newPiece(null, '', at)
      parts.push(part)
      if (at > rest.at) rest = newPiece(null, rest.text.slice(at - rest.at), at)
    }
    rest.next = null
    append(part, rest)
    previous = piece
    piece = next
  }
  return parts

  /** The first position from `least` on where a piece, or the boundary before it, can be split. */
  function cutIn(piece: Piece, before: Piece | null, least: number): number | null {
    if (piece.at >= least && piece.at !== before?.at && isBetweenWords(piece.at)) return piece.at
    // Positions are only known in pieces whose text equals the source.
    if (piece.inline || piece.first || !text.startsWith(piece.text, piece.at)) return null
    const end = Math.min(piece.at + piece.text.length, last + 1)
    for (let at = Math.max(least, piece.at + 1); at < end; at++) if (isBetweenWords(at)) return at
    return null
  }

  function isBetweenWords(at: number): boolean {
    return isSpace(text[at - 1]) && !isSpace(text[at])
  }
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\t'
}
