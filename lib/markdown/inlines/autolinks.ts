import type { Inline } from '../tree'
import { matchAt } from './destinations'

const urlStart = /(?:https?:\/\/|www\.)(?=[\p{L}\p{N}_-])/iuy
/** Longer candidates are no URL; the limit bounds the search. */
const MAX_URL_CHARACTERS = 4096
/**
 * Characters that end a bare URL: scripts without spaces, their punctuation, quotation marks, invisible characters,
 * emoji.
 */
const excluded =
  '\\u1100-\\u11ff\\u2e80-\\u9fff\\ua960-\\ua97c\\uac00-\\ud7fb\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uffef\\u{20000}-\\u{3fffd}' +
  '“”„‘’‚«»‹›…—\\p{Cf}\\p{Emoji_Presentation}'
const body = new RegExp(`[^\\s<${excluded}]{0,4097}`, 'uy')
/** The same in ASCII, which matches faster. */
const plainBody = /[!-;=-~]{0,4097}/y
const besideWords = new RegExp(`[\\s*_~([\\]${excluded}]`, 'u')
const MAX_DOMAIN_CHARACTERS = 253
const domains = new RegExp(`[^\\s</?#:&${excluded}]{0,254}`, 'uy')
const plainDomains = /[!"$%'-.0-9;=>@-~]{0,254}/y
const candidates = /(?:https?:\/\/|www\.)/gi
const mayHoldAddress = /:\/\/|www\.|@/i
const stops = '?!.,:*_~\'"'
const mailDomain = /(?:[a-zA-Z0-9_-]+\.)+[a-zA-Z0-9_-]+/y
const MAX_MAIL_NAME_CHARACTERS = 64
const chatResource = /\/[a-zA-Z0-9@.]*[a-zA-Z0-9@]/y
const autolink = /<[A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\s\p{Cc}]*>/uy
const mailAutolink =
  /<[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*>/y

interface Autolink {
  text: string
  url: string
}

/**
 * A bare URL that starts at a position (GFM's extended autolink), `https://…` or `www.…`, without trailing
 * punctuation.
 */
export function extendedAutolinkAt(text: string, at: number): Autolink | null {
  urlStart.lastIndex = at
  const begun = urlStart.exec(text)?.[0]
  if (!begun) return null
  const before = text[at - 1] ?? ''
  const isWeb = begun.endsWith('.')
  if (isWeb ? before !== '' && !besideWords.test(before) : /[a-zA-Z]/.test(before)) return null
  const from = isWeb ? at : at + begun.length
  if (matchOf(plainDomains, domains, text, from).length > MAX_DOMAIN_CHARACTERS) return null
  const whole = matchOf(plainBody, body, text, at)
  if (whole.length > MAX_URL_CHARACTERS) return null
  const found = trimmed(whole)
  const domain = matchOf(plainDomains, domains, found, from - at)
  const labels = domain.split('.').slice(-2)
  if (domain === '' || labels.some((label) => label.includes('_'))) return null
  return { text: found, url: isWeb ? `http://${found}` : found }
}

/** Matches with the fast ASCII pattern, and with the full one where a character beyond ASCII follows. */
function matchOf(plain: RegExp, pattern: RegExp, text: string, at: number): string {
  const found = matchAt(plain, text, at) ?? ''
  return (text[at + found.length] ?? ' ') < '\u0080' ? found : (matchAt(pattern, text, at) ?? '')
}

/** A CommonMark autolink, `<https://…>` or `<me@example.com>`, with its length. */
export function autolinkAt(text: string, at: number): { link: Inline; length: number } | null {
  const address = matchAt(autolink, text, at)
  const found = address ?? matchAt(mailAutolink, text, at)
  if (found === null) return null
  const inner = found.slice(1, -1)
  return { link: linkOf({ text: inner, url: address === null ? `mailto:${inner}` : inner }), length: found.length }
}

/** Trims trailing punctuation, unbalanced closing brackets, and character references. */
function trimmed(text: string): string {
  let end = text.length
  let parentheses: number | null = null
  let brackets: number | null = null
  for (;;) {
    const last = text[end - 1] ?? ' '
    if (stops.includes(last)) end--
    else if (last === ')') {
      parentheses ??= count(text, ')') - count(text, '(')
      if (parentheses-- <= 0) return text.slice(0, end)
      end--
    } else if (last === ']') {
      brackets ??= count(text, ']') - count(text, '[')
      if (brackets-- <= 0) return text.slice(0, end)
      end--
    } else if (last === ';') {
      const start = referenceStart(text, end - 1)
      if (start === null) return text.slice(0, end)
      end = start
    } else return text.slice(0, end)
  }
}

/** Where the character reference that ends at this semicolon starts; null when there is none. */
function referenceStart(text: string, semicolon: number): number | null {
  let at = semicolon
  while (/[a-zA-Z0-9]/.test(text[at - 1] ?? '')) at--
  return at < semicolon && text[at - 1] === '&' ? at - 1 : null
}

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++
  return found
}

/** Turns bare URLs and mail addresses in texts into links. */
export function withExtendedAutolinks(inlines: Inline[]): Inline[] {
  const result: Inline[] = []
  for (const each of inlines) {
    if (each.type === 'text' && mayHoldAddress.test(each.text)) result.push(...linksIn(each.text))
    else if ('children' in each && each.type !== 'link')
      result.push({ ...each, children: withExtendedAutolinks(each.children) })
    else result.push(each)
  }
  return result
}

function linksIn(text: string): Inline[] {
  const found: { at: number; link: Autolink }[] = []
  for (const { index } of text.matchAll(candidates)) {
    const link = extendedAutolinkAt(text, index)
    if (link) found.push({ at: index, link })
  }
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const mail = mailAround(text, at)
    if (mail) found.push(mail)
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

/** The mail or XMPP address around an `@`. */
function mailAround(text: string, sign: number): { at: number; link: Autolink } | null {
  let at = sign
  while (sign - at <= MAX_MAIL_NAME_CHARACTERS && /[a-zA-Z0-9.+_-]/.test(text[at - 1] ?? '')) at--
  const domain = matchAt(mailDomain, text, sign + 1) ?? ''
  const end = sign + 1 + domain.length
  if (at === sign || sign - at > MAX_MAIL_NAME_CHARACTERS || !/[a-zA-Z]$/.test(domain) || text[at - 1] === '/')
    return null
  const mail = text.slice(at, end)
  if (follows(text, at, 'mailto:')) return { at: at - 7, link: { text: `mailto:${mail}`, url: `mailto:${mail}` } }
  if (!follows(text, at, 'xmpp:')) return { at, link: { text: mail, url: `mailto:${mail}` } }
  const chat = `xmpp:${mail}${matchAt(chatResource, text, end) ?? ''}`
  return { at: at - 5, link: { text: chat, url: chat } }
}

function follows(text: string, at: number, scheme: string): boolean {
  return (
    at >= scheme.length && text.startsWith(scheme, at - scheme.length) && !/\w/.test(text[at - scheme.length - 1] ?? '')
  )
}

export function linkOf({ text, url }: Autolink): Inline {
  return { type: 'link', url, title: '', children: [{ type: 'text', text }] }
}
