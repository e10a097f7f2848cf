import 'server-only'

const BASE = 'http://rill.invalid'

/**
 * Returns the path of this site in a `next` parameter, which sign-in redirects to. Anything else becomes `/`: addresses of
 * other sites in any spelling, endpoints, and the sign-in page itself.
 */
export function nextPath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, BASE)) return '/'
  const { origin, pathname, search, hash } = new URL(next, BASE)
  // The parser turns `/.//host` into `//host`, which a browser resolves to another site.
  if (origin !== BASE || pathname.startsWith('//') || /^\/(api|sign-in)(\/|$)/.test(pathname)) return '/'
  return pathname + search + hash
}

/** The path of the sign-in page, with the path to go to afterwards. */
export function signInPath(next: string | null): string {
  const path = nextPath(next)
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`
}
