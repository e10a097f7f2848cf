import 'server-only'

const mostQuoted = 200

/** Text as it is, in markdown that would otherwise read marks into it. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>$~|#]/g, '\\$&')
}

/** The beginning of a text, on one line. */
export function quoteLine(text: string): string {
  const line = text
    .slice(0, mostQuoted * 2)
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  const start = characters.slice(0, mostQuoted).join('')
  return `“${escapeMarkdown(start)}${characters.length > mostQuoted || text.length > mostQuoted * 2 ? ' …' : ''}”`
}
