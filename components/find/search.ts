import { type Message, textOf } from '@/lib/protocol/messages'
import { fold } from './fold-text'
import { stripMarkdown } from './strip-markdown'

/** One place where the words were found: the message, and which of its finds it is, from 0. */
export interface Find {
  messageId: string
  ordinal: number
}

/** Half a frame. */
const sliceMs = 8

/** The texts of messages, folded. */
const plain = new WeakMap<Message, string>()

/** What finds words in a folded text, whatever their case and the white space between them; null for none. */
export function searchPattern(query: string): RegExp | null {
  const words = fold(query).text.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return null
  return new RegExp(words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('\\s+'), 'giu')
}

/** How often a finder finds something in each message that it has looked through. */
export type Counts = WeakMap<Message, number>

/**
 * Every place of a conversation's messages where a finder finds something, from the first to the last. Thousands of
 * messages are looked through in slices, so that the page goes on meanwhile, and each only once as long as it stays as
 * it is. Null when `signal` aborts.
 */
export async function findMatches(
  messages: Message[],
  finder: RegExp,
  counts: Counts,
  signal: AbortSignal,
): Promise<Find[] | null> {
  const finds: Find[] = []
  let started = performance.now()
  for (const message of messages) {
    const count = counts.get(message) ?? searched(message).match(finder)?.length ?? 0
    counts.set(message, count)
    for (let ordinal = 0; ordinal < count; ordinal++) finds.push({ messageId: message.id, ordinal })
    if (performance.now() - started < sliceMs) continue
    await new Promise((resolve) => setTimeout(resolve))
    if (signal.aborted) return null
    started = performance.now()
  }
  return finds
}

function searched(message: Message): string {
  const known = plain.get(message)
  if (known !== undefined) return known
  const text = textOf(message.parts)
  const made = fold(message.role === 'user' ? text : stripMarkdown(text)).text
  plain.set(message, made)
  return made
}

/** What stands among a message's text and is none of it: captions, actions, a formula's second form. */
const besideText = 'figcaption, .table-actions, .katex-mathml'

const onlyText: NodeFilter = {
  acceptNode(node) {
    if (node instanceof Text) return NodeFilter.FILTER_ACCEPT
    const isBeside = node instanceof Element && node.matches(besideText)
    return isBeside ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP
  },
}

/** The places within an element, in their order, as ranges that can be marked. */
export function rangesIn(element: Element, finder: RegExp): StaticRange[] {
  const nodes: { node: Text; from: number }[] = []
  const texts: string[] = []
  let length = 0
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, onlyText)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue
    nodes.push({ node, from: length })
    texts.push(node.data)
    length += node.length
  }
  let place = 0
  /** Finds come in order, so no node is looked at twice. */
  const nodeAt = (index: number) => {
    while ((nodes[place + 1]?.from ?? Number.POSITIVE_INFINITY) <= index) place++
    return nodes[place]
  }
  const folded = fold(texts.join(''))
  return [...folded.text.matchAll(finder)].flatMap(({ index, 0: found }) => {
    const start = folded.startAt(index)
    const end = folded.endAt(index + found.length)
    const first = nodeAt(start)
    const last = nodeAt(end - 1)
    if (!first || !last) return []
    return new StaticRange({
      startContainer: first.node,
      startOffset: start - first.from,
      endContainer: last.node,
      endOffset: end - last.from,
    })
  })
}
