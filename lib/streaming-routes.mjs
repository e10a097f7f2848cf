// The routes that answer with event streams, called without Next's router in front of them.
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'

/**
 * Next's router looks each request up among files, headers, rewrites and the proxy, and wraps each response for
 * compression, which costs every write of a stream that is never compressed. docs/bench.md has what this saves.
 */
const STREAMING = /^\/api\/(?:chat|generations\/(?:events|[\w-]+\/(?:events|retry|regenerate|continue)))(?:\?|$)/

/**
 * Gives a function that has a streaming route answer a request and returns the promise of it, or returns null for any
 * other request, which is Next's. To be called once Next is prepared, since the routes use its settings.
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
      // The router passes this on too: without it, a route looks for its build in the folder that Rill was started from.
      requestMeta: { relativeProjectDir: relative(process.cwd(), root) },
    })
  }
}
