import type { Lookahead } from './lookahead'

const attribute = '(?:\\s+[a-zA-Z_:][a-zA-Z0-9:._-]*(?:\\s*=\\s*(?:[^"\'=<>`\\x00-\\x20]+|\'[^\']*\'|"[^"]*"))?)'
export const openTag = `<[A-Za-z][A-Za-z0-9-]*${attribute}*\\s*/?>`
export const closeTag = '</[A-Za-z][A-Za-z0-9-]*\\s*>'

/** Inline raw HTML. The limits bound the search for an end. */
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

/** Whether raw HTML may start at a position, judging by whether its end follows. */
export function mayBeHtml(text: string, at: number, lookahead: Lookahead): boolean {
  const kind = ends.find(({ start }) => text.startsWith(start, at))
  return kind ? lookahead.find(kind.end, at + 2) - at < 4100 : lookahead.find('>', at) < text.length
}
