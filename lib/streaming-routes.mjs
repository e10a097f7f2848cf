// Calls the routes that respond with event streams directly, without Next's router.
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'

/**
 * Next's router matches each request against files, headers, rewrites and the proxy, and wraps each response for
 * compression. With it, a streamed token takes 2.30 to 2.53 × raw of CPU; without it, 2.08 (docs/bench.md).
 */
const STREAMING = /^\/api\/(?:chat|generations\/(?:events|[\w-]+\/(?:events|retry|regenerate|continue)))(?:\?|$)/

/**
 * Returns a function that passes a request to its streaming route and returns the route's promise, or returns null for any
 * other request. Call it after Next is prepared, since the routes use Next's settings.
 */
export function streamingRoutes(root) {
  const requireHere = createRequire(join(root, 'package.json'))
  const routes = new Map()

  function routeOf(url) {
    const [path] = url.split('?', 1)
    const page = path.replace(/^(\/api\/generations\/)[\w-]+(\/\w+)$/, '$1[id]$2')
    if (!routes.has(page)) routes.set(page, requireHere(join(root, `.next/server/app${page}/route.js`)))
    return routes.get(page)
  }

  return (request, response) => {
    if (!STREAMING.test(request.url)) return null
    return routeOf(request.url).handler(request, response, {
      // As Next's router does: without it, a route looks for its build in the working directory.
      requestMeta: { relativeProjectDir: relative(process.cwd(), root) },
    })
  }
}
