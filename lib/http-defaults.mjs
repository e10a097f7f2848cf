// What holds for every request and answer, before Next and for what never reaches it.
import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Pages are only looked at. */
const methods = { page: ['GET', 'HEAD'], api: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] }
const assets = '/_next/static/'

/** Pages set a policy of their own in place of this one, see proxy.ts. */
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

/** The paths of a build's assets, as they are asked for. */
export function assetsOf(root) {
  const folder = join(root, '.next', 'static')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const path = ({ parentPath, path, name }) => join(parentPath ?? path, name).slice(folder.length + 1)
  return new Set(files.map((entry) => assets + path(entry).split(sep).join('/')))
}

/** Prepares an answer. Gives whether that is all there is to it: what cannot be asked for is refused in one line. */
export function answeredAtOnce(request, response, built) {
  const path = request.url.split('?', 1)[0]
  const decoded = decodedPath(path)
  const isAsset = decoded?.startsWith(assets) && built.has(decoded)
  for (const [name, value] of Object.entries(headers)) {
    // The policy of a worker's script would be the worker's.
    if (name !== 'Content-Security-Policy' || !isAsset) response.setHeader(name, value)
  }
  if (!path.startsWith('/') || decoded === null || decoded.includes('\0')) return refuse(response, 400, 'Bad Request')
  // The password that is typed before the page's script has run: the form is shown again, and nothing of it kept.
  if (request.method === 'POST' && decoded === '/sign-in') return showAgain(response, request.url)
  // As it was sent: Next takes an endpoint's path in another spelling for a page.
  const allowed = methods[path.startsWith('/api/') ? 'api' : 'page']
  if (!allowed.includes(request.method)) {
    response.setHeader('Allow', allowed.join(', '))
    return refuse(response, 405, 'Method Not Allowed')
  }
  // Next would show the app for it, without the headers and checks of a page.
  if (decoded.startsWith(assets) && !isAsset) return refuse(response, 404, 'Not Found')
  return false
}

function showAgain(response, url) {
  response.writeHead(303, { Location: url, 'Cache-Control': 'no-store' })
  response.end()
  return true
}

/** Ends an answer in one line. */
export function refuse(response, status, words) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${words}\n`)
  return true
}

function decodedPath(path) {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
