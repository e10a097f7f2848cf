const ALLOWED_PROTOCOLS = new Set(['http:', 'https:', 'mailto:'])

/**
 * A link's URL if a reply may link to it. The browser's own parser decides, after decoding it as it will when the link
 * is followed.
 */
export function safeUrl(url: string): string | undefined {
  try {
    const { protocol, href } = new URL(url)
    // Unparsed, `http:settings` would be relative to Rill's own page.
    return ALLOWED_PROTOCOLS.has(protocol) ? href : undefined
  } catch {
    // A relative URL would lead into Rill itself, which a model can't mean.
    return undefined
  }
}
