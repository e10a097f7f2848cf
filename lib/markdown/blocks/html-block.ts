import { startsInlineElement } from '../inlines/elements'
import { closeTag, openTag } from '../inlines/html'

const blockTags =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|' +
  'fieldset|figcaption|figure|footer|form|frame|frameset|h[123456]|head|header|hr|html|iframe|legend|li|link|main|' +
  'menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|' +
  'tr|track|ul'
/** CommonMark's seven kinds of HTML blocks; `end` is null where a blank line ends the block. */
const kinds: { start: RegExp; end: RegExp | null; interrupts: boolean }[] = [
  { start: /^<(?:script|pre|textarea|style)(?:\s|>|$)/i, end: /<\/(?:script|pre|textarea|style)>/i, interrupts: true },
  { start: /^<!--/, end: /-->/, interrupts: true },
  { start: /^<[?]/, end: /[?]>/, interrupts: true },
  { start: /^<![A-Za-z]/, end: />/, interrupts: true },
  { start: /^<!\[CDATA\[/, end: /\]\]>/, interrupts: true },
  { start: new RegExp(`^<[/]?(?:${blockTags})(?:\\s|[/]?[>]|$)`, 'i'), end: null, interrupts: true },
  { start: new RegExp(`^(?:${openTag}|${closeTag})\\s*$`, 'i'), end: null, interrupts: false },
]

/** The kind of HTML block that starts with `rest`, if any. */
export function htmlStart(rest: string, inParagraph: boolean): { end: RegExp | null } | null {
  if (!rest.startsWith('<') || startsInlineElement(rest, inParagraph)) return null
  return kinds.find(({ start, interrupts }) => (interrupts || !inParagraph) && start.test(rest)) ?? null
}
