import { type Message, textOf } from '@/lib/protocol/messages'
import { fold } from './fold'
import { stripMarkdown } from './strip-markdown'

/** A match in a message; `ordinal` counts the matches of that message from 0. */
export interface Match {
  messageId: string
  ordinal: number
}

/** Half a frame. */
const SLICE_MS = 8

const searchTexts = new WeakMap<Message, string>()

/** A pattern for folded text that ignores case and the white space between words; null for an empty query. */
export function searchPattern(query: string): RegExp | null {
  const words = fold(query).text.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return null
  return new RegExp(words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('\\s+'), 'giu')
}

/** The number of matches of one pattern by message. A message that grows is another object. */
export type MatchCounts = WeakMap<Message, number>

/**
 * All matches, in order. Searches in time slices, so that the page stays responsive.
 * @param counts counts of earlier searches with the same pattern, which are reused and added to
 * @returns null once `signal` is aborted
 */
export async function findMatches(
  messages: Message[],
  pattern: RegExp,
  counts: MatchCounts,
  signal: AbortSignal,
): Promise<Match[] | null> {
  const matches: Match[] = []
  let started = performance.now()
  for (const message of messages) {
    const count = counts.get(message) ?? searchText(message).match(pattern)?.length ?? 0
    counts.set(message, count)
    for (let ordinal = 0; ordinal < count; ordinal++) matches.push({ messageId: message.id, ordinal })
    if (performance.now() - started < SLICE_MS) continue
    await new Promise((resolve) => setTimeout(resolve))
    if (signal.aborted) return null
    started = performance.now()
  }
  return matches
}

/** The folded text of a message, as rendered. */
function searchText(message: Message): string {
  const cached = searchTexts.get(message)
  if (cached !== undefined) return cached
  const text = textOf(message.parts)
  const folded = fold(message.role === 'user' ? text : stripMarkdown(text)).text
  searchTexts.set(message, folded)
  return folded
}

/** Elements inside a message that aren't part of its text: captions, buttons, the MathML of a formula. */
const excluded = 'figcaption, .table-actions, .katex-mathml'

const messageTextFilter: NodeFilter = {
  acceptNode(node) {
    if (node instanceof Text) return NodeFilter.FILTER_ACCEPT
    const isExcluded = node instanceof Element && node.matches(excluded)
    return isExcluded ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP
  },
}

/** The matches within an element, in order, as ranges for highlights. */
export function rangesIn(element: Element, pattern: RegExp): StaticRange[] {
  const nodes: { node: Text; start: number }[] = []
  const texts: string[] = []
  let length = 0
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, messageTextFilter)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue
    nodes.push({ node, start: length })
    texts.push(node.data)
    length += node.length
  }
  let current = 0
  /** Positions come in ascending order, so the search goes on from the last node. */
  const nodeAt = (position: number) => {
    while ((nodes[current + 1]?.start ?? Number.POSITIVE_INFINITY) <= position) current++
    return nodes[current]
  }
  const folded = fold(texts.join(''))
  return [...folded.text.matchAll(pattern)].flatMap(({ index, 0: found }) => {
    const start = folded.originalStart(index)
    const end = folded.originalEnd(index + found.length)
    const first = nodeAt(start)
    const last = nodeAt(end - 1)
    if (!first || !last) return []
    return new StaticRange({
      startContainer: first.node,
      startOffset: start - first.start,
      endContainer: last.node,
      endOffset: end - last.start,
    })
  })
}
