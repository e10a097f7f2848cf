/** White space, quotes and invisible characters that copying leaves around an address or a key. */
const around = /^[\s\p{Cf}"'`“”‘’«»<]+|[\s\p{Cf}"'`“”‘’«»>,;]+$/gu

/** Removes what copying left around an address or a word. */
export function unquoted(text: string): string {
  return text.replace(around, '')
}

/** Removes quotes, the name of a header or variable, and white space from a pasted key. */
export function bareKey(text: string): string {
  return unquoted(
    unquoted(text).replace(
      /^(?:(?:export\s+)?[A-Z][A-Z0-9_]*_(?:KEY|TOKEN)\s*=\s*|(?:authorization|(?:x-)?api-key)\s*:\s*)/i,
      '',
    ),
  )
    .replace(/^bearer(?:\s+|$)/i, '')
    .replace(around, '')
    .replace(/[\s\p{Cf}]+/gu, '')
}

/** A pasted address of one of a server's endpoints, cut to the base URL. A query is kept. */
export function withoutEndpoint(address: string): string {
  const [, path = address, query = ''] = /^([^?]*)(\?.*)?$/s.exec(address) ?? []
  const base = path.replace(/(?:\/+(?:chat\/completions|completions|models|responses|messages|embeddings))?\/*$/i, '')
  return base + (query === '?' ? '' : query)
}
