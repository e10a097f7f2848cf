import { beginsElement } from './elements'
import type { Lookahead } from './lookahead'

const names =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|' +
  'fieldset|figcaption|figure|footer|form|frame|frameset|h[123456]|head|header|hr|html|iframe|legend|li|link|main|' +
  'menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|' +
  'tr|track|ul'
const attribute = '(?:\\s+[a-zA-Z_:][a-zA-Z0-9:._-]*(?:\\s*=\\s*(?:[^"\'=<>`\\x00-\\x20]+|\'[^\']*\'|"[^"]*"))?)'
const openTag = `<[A-Za-z][A-Za-z0-9-]*${attribute}*\\s*/?>`
const closeTag = '</[A-Za-z][A-Za-z0-9-]*\\s*>'

/** Raw HTML within a text. It is looked for only so far, or many beginnings without an end would take for ever. */
export const inlineHtml = new RegExp(
  `${openTag}|${closeTag}|<!-->|<!--->|<!--[\\s\\S]{0,4000}?-->|<[?][\\s\\S]{0,4000}?[?]>|<![A-Za-z][^>]{0,4000}>|<!\\[CDATA\\[[\\s\\S]{0,4000}?\\]\\]>`,
  'y',
)

const ends = [
  { start: '<!--', end: '-->' },
  { start: '<![CDATA[', end: ']]>' },
  { start: '<?', end: '?>' },
  { start: '<!', end: '>' },
]

/** Whether raw HTML may begin at a place of a text, as far as its end tells. */
export function mayBeHtml(text: string, at: number, lookahead: Lookahead): boolean {
  const kind = ends.find(({ start }) => text.startsWith(start, at))
  return kind ? lookahead.find(kind.end, at + 2) - at < 4100 : lookahead.find('>', at) < text.length
}

/** How the seven kinds of HTML blocks begin and end; null when a blank line ends them. */
const kinds: { start: RegExp; end: RegExp | null; interrupts: boolean }[] = [
  { start: /^<(?:script|pre|textarea|style)(?:\s|>|$)/i, end: /<\/(?:script|pre|textarea|style)>/i, interrupts: true },
  { start: /^<!--/, end: /-->/, interrupts: true },
  { start: /^<[?]/, end: /[?]>/, interrupts: true },
  { start: /^<![A-Za-z]/, end: />/, interrupts: true },
  { start: /^<!\[CDATA\[/, end: /\]\]>/, interrupts: true },
  { start: new RegExp(`^<[/]?(?:${names})(?:\\s|[/]?[>]|$)`, 'i'), end: null, interrupts: true },
  { start: new RegExp(`^(?:${openTag}|${closeTag})\\s*$`, 'i'), end: null, interrupts: false },
]

/** The kind of HTML block that begins with `rest`, if one does. */
export function htmlStart(rest: string, inParagraph: boolean): { end: RegExp | null } | null {
  if (!rest.startsWith('<') || beginsElement(rest, inParagraph)) return null
  return kinds.find(({ start, interrupts }) => (interrupts || !inParagraph) && start.test(rest)) ?? null
}
