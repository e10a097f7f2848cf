import { type Message, textOf } from '@/lib/protocol/messages'
import { plainText } from './plain-text'

/** One place where the words were found: the message, and which of its finds it is, from 0. */
export interface Find {
  messageId: string
  ordinal: number
}

/** Half a frame. */
const sliceMs = 8

const plain = new WeakMap<Message, string>()

/** What finds the words as they were typed, whatever their case and the white space between them; null for none. */
export function finderOf(query: string): RegExp | null {
  const words = query.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return null
  return new RegExp(words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('\\s+'), 'giu')
}

/**
 * Every place of a conversation's messages where a finder finds something, from the first to the last. Thousands of
 * messages are looked through in slices, so that the page goes on meanwhile. Null when `signal` aborts.
 */
export async function findAll(messages: Message[], finder: RegExp, signal: AbortSignal): Promise<Find[] | null> {
  const finds: Find[] = []
  let started = performance.now()
  for (const message of messages) {
    let ordinal = 0
    for (const _ of searched(message).matchAll(finder)) finds.push({ messageId: message.id, ordinal: ordinal++ })
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
  const made = message.role === 'user' ? text : plainText(text)
  plain.set(message, made)
  return made
}

/** The places within an element, as ranges that can be marked. */
export function rangesIn(element: Element, finder: RegExp): Range[] {
  const nodes: { node: Text; from: number }[] = []
  let text = ''
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue
    nodes.push({ node, from: text.length })
    text += node.data
  }
  return Array.from(text.matchAll(finder), ({ index, 0: found }) => rangeOf(nodes, index, index + found.length))
}

function rangeOf(nodes: { node: Text; from: number }[], start: number, end: number): Range {
  const range = document.createRange()
  const first = nodes.findLast(({ from }) => from <= start)
  const last = nodes.findLast(({ from }) => from < end)
  if (first) range.setStart(first.node, start - first.from)
  if (last) range.setEnd(last.node, end - last.from)
  return range
}
