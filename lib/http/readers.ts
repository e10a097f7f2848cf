import 'server-only'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { eventStreamHeaders } from '@/lib/protocol/sse'
import { Refused } from '@/lib/refused'
import { addressOf } from './address'

/** The client of a response that follows replies: the request's signal, and what to call when the response ends. */
interface Reader {
  signal: AbortSignal
  onClose: () => void
}

/**
 * Returns a response that follows replies, and counts it until it ends. A HEAD request gets headers only: nobody would read
 * or cancel its body, so its log reader would stay open.
 * @throws {Refused} 429 when the person has too many open from this address.
 */
export async function followingResponse(
  request: Request,
  ownerId: string,
  follow: (client: Reader) => Promise<Response>,
): Promise<Response> {
  if (request.method === 'HEAD') return new Response(null, { headers: eventStreamHeaders })
  return await follow({ signal: request.signal, onClose: countOpenReader(request, ownerId) })
}

/**
 * Counts a response that follows a reply, by person and address. Returns what to call when the response ends.
 * @throws {Refused} 429 when the person has too many open from this address.
 */
export function countOpenReader(request: Request, ownerId: string): () => void {
  const limit = config().readersPerPerson
  if (limit === 0) return () => undefined
  const open = processSingleton('event readers', () => new Map<string, number>())
  const key = `${ownerId} ${addressOf(request)}`
  const before = open.get(key) ?? 0
  if (before >= limit) throw tooMany(limit)
  open.set(key, before + 1)
  let ended = false
  return () => {
    if (ended) return
    ended = true
    const rest = (open.get(key) ?? 1) - 1
    if (rest === 0) open.delete(key)
    else open.set(key, rest)
  }
}

function tooMany(limit: number): Refused {
  const message = `You already have ${limit} connections open for replies, which is the limit. Close a tab, or try again shortly.`
  return new Refused(429, { kind: 'rate_limit', message, retryable: true }, { 'Retry-After': '5' })
}
