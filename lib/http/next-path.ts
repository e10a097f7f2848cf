import 'server-only'

const NOWHERE = 'http://rill.invalid'

/**
 * The path of this site that a `next` parameter names, to go to after signing in; `/` for everything else: addresses of
 * other sites in any spelling, endpoints, and the sign-in page itself.
 */
export function nextPath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, NOWHERE)) return '/'
  const { origin, pathname, search, hash } = new URL(next, NOWHERE)
  // Of `/.//host`, the parser leaves `//host`, which a browser takes for another site.
  if (origin !== NOWHERE || pathname.startsWith('//') || /^\/(api|sign-in)(\/|$)/.test(pathname)) return '/'
  return pathname + search + hash
}

/** The address of the sign-in page that leads on to a path. */
export function signInPath(next: string | null): string {
  const path = nextPath(next)
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`
}
