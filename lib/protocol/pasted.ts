/** What copying leaves around an address or a key: white space, quotes, marks that cannot be seen. */
const around = /^[\s\p{Cf}"'`“”‘’«»<]+|[\s\p{Cf}"'`“”‘’«»>,;]+$/gu

/** A pasted address or word without what copying left around it. */
export function unquoted(text: string): string {
  return text.replace(around, '')
}

/** A pasted key: without quotes, the name of its header or variable, and white space, of which no key has any. */
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
