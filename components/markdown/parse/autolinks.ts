import type { Inline } from './tree'

const start = /(?:https?:\/\/|www\.)(?=[\p{L}\p{N}_-])/iuy
const body = /[^\s<]*/y
const email = /[a-zA-Z0-9.+_-]+@(?:[a-zA-Z0-9_-]+\.)+[a-zA-Z0-9_-]+/g
const candidates = /(?:https?:\/\/|www\.)/gi

interface Autolink {
  text: string
  address: string
}

/** A bare address that begins at this place of a text: `https://…` or `www.…`, without the stops of the sentence around it. */
export function autolinkAt(text: string, at: number): Autolink | null {
  start.lastIndex = at
  const begun = start.exec(text)?.[0]
  if (!begun) return null
  const before = text[at - 1] ?? ''
  const isWeb = begun.endsWith('.')
  if (isWeb ? !/^[\s*_~([\]]?$/.test(before) : /[a-zA-Z]/.test(before)) return null
  body.lastIndex = at
  const found = trimmed(body.exec(text)?.[0] ?? '')
  const domain = found.slice(isWeb ? 0 : begun.length).match(/^[^/?#:&]*/)?.[0] ?? ''
  const labels = domain.split('.')
  if (found.length <= begun.length || domain === '' || labels.slice(-2).some((label) => label.includes('_')))
    return null
  return { text: found, address: isWeb ? `http://${found}` : found }
}

/** Without what ends a sentence, a bracket that was opened outside, or a character reference. */
function trimmed(text: string): string {
  for (let end = text.length; ; ) {
    const current = text.slice(0, end)
    const tail = current.match(/(?:[?!.,:*_~'"]+|&[a-zA-Z0-9]+;)$/)?.[0]
    if (tail) end -= tail.length
    else if (current.endsWith(')') && count(current, ')') > count(current, '(')) end--
    else if (current.endsWith(']') && count(current, ']') > count(current, '[')) end--
    else return current
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}

/** Texts with the bare addresses in them made links: of the web, and of mail. */
export function withAutolinks(inlines: Inline[]): Inline[] {
  return inlines.flatMap((each): Inline[] => {
    if (each.type === 'text') return linksIn(each.text)
    if (each.type === 'emphasis' || each.type === 'strong' || each.type === 'delete') {
      return [{ ...each, children: withAutolinks(each.children) }]
    }
    return [each]
  })
}

function linksIn(text: string): Inline[] {
  const found: { at: number; link: Autolink }[] = []
  for (const { index } of text.matchAll(candidates)) {
    const link = autolinkAt(text, index)
    if (link) found.push({ at: index, link })
  }
  if (text.includes('@')) {
    for (const { index, 0: address } of text.matchAll(email)) {
      const link = mailLink(text, index, address)
      if (link) found.push({ at: index, link })
    }
  }
  if (found.length === 0) return [{ type: 'text', text }]
  const inlines: Inline[] = []
  let from = 0
  for (const { at, link } of found.sort((one, other) => one.at - other.at)) {
    if (at < from) continue
    if (at > from) inlines.push({ type: 'text', text: text.slice(from, at) })
    inlines.push(linkOf(link))
    from = at + link.text.length
  }
  if (from < text.length) inlines.push({ type: 'text', text: text.slice(from) })
  return inlines
}

function mailLink(text: string, at: number, found: string): Autolink | null {
  const last = found.at(-1)
  if (!/[a-zA-Z]/.test(last ?? '') || text[at - 1] === '/') return null
  if (/^[-_]/.test(text.slice(at + found.length))) return null
  return { text: found, address: `mailto:${found}` }
}

export function linkOf({ text, address }: Autolink): Inline {
  return { type: 'link', address, title: '', children: [{ type: 'text', text }] }
}
