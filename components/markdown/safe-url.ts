const ALLOWED_PROTOCOLS = new Set(['http:', 'https:', 'mailto:'])

/**
 * The url of a link if it is one a reply may lead to, else nothing. The browser's own parser decides, after it has
 * decoded the url the way it will when the link is followed.
 */
export function safeUrl(url: string): string | undefined {
  try {
    const { protocol, href } = new URL(url)
    // As it was written, `http:settings` would be read on the page as a place within Rill.
    return ALLOWED_PROTOCOLS.has(protocol) ? href : undefined
  } catch {
    // Relative addresses would lead into Rill itself; a model cannot mean that.
    return undefined
  }
}
