// Headers of every response, and responses to requests that Next should never see.
import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'

const methods = { page: ['GET', 'HEAD'], api: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] }
const assets = '/_next/static/'

/** proxy.ts replaces the policy for pages. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
}

/** The URL paths of a build's assets. */
export function assetsOf(root) {
  const folder = join(root, '.next', 'static')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const path = ({ parentPath, path, name }) => join(parentPath ?? path, name).slice(folder.length + 1)
  return new Set(files.map((entry) => assets + path(entry).split(sep).join('/')))
}

/** Sets the default headers, and ends the response of a request that no route should see. Returns whether it did. */
export function respondEarly(request, response, built) {
  const path = request.url.split('?', 1)[0]
  const decoded = decodedPath(path)
  const isAsset = decoded?.startsWith(assets) && built.has(decoded)
  for (const [name, value] of Object.entries(headers)) {
    // A worker is bound by the policy of its own script's response.
    if (name !== 'Content-Security-Policy' || !isAsset) response.setHeader(name, value)
  }
  if (!path.startsWith('/') || decoded === null || decoded.includes('\0')) return endWith(response, 400, 'Bad Request')
  // The sign-in form was submitted before the page's script ran: show it again, and read nothing of the body.
  if (request.method === 'POST' && decoded === '/sign-in') return redirectTo(response, request.url)
  // The undecoded path: Next treats an escaped spelling of an endpoint's path as a page.
  const allowed = methods[path.startsWith('/api/') ? 'api' : 'page']
  if (!allowed.includes(request.method)) {
    response.setHeader('Allow', allowed.join(', '))
    return endWith(response, 405, 'Method Not Allowed')
  }
  // Next would render the app here, without a page's headers and checks.
  if (decoded.startsWith(assets) && !isAsset) return endWith(response, 404, 'Not Found')
  return false
}

function redirectTo(response, url) {
  response.writeHead(303, { Location: url, 'Cache-Control': 'no-store' })
  response.end()
  return true
}

/** Ends a response with one line of text. */
export function endWith(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${text}\n`)
  return true
}

function decodedPath(path) {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
