import 'server-only'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { eventStreamHeaders } from '@/lib/protocol/sse'
import { Refused } from '@/lib/refused'
import { addressOf } from './address'

/** The client of a response that follows answers: its signal, and what is to be called when it is over. */
interface Reader {
  signal: AbortSignal
  left: () => void
}

/**
 * Gives a response that follows answers, counted for a person at an address until it is over. A HEAD request gets its
 * headers alone: nobody would read its body or cancel it, so what follows the answer would never be let go.
 * @throws {Refused} 429 when there are as many already as there may be.
 */
export async function following(
  request: Request,
  ownerId: string,
  follow: (client: Reader) => Promise<Response>,
): Promise<Response> {
  if (request.method === 'HEAD') return new Response(null, { headers: eventStreamHeaders })
  return await follow({ signal: request.signal, left: countReader(request, ownerId) })
}

/**
 * Counts a response that waits for answers, for a person at an address. Gives what is to be called when it is over.
 * @throws {Refused} 429 when there are as many already as there may be.
 */
export function countReader(request: Request, ownerId: string): () => void {
  const most = config().readersPerPerson
  if (most === 0) return () => undefined
  const open = processSingleton('event readers', () => new Map<string, number>())
  const key = `${ownerId} ${addressOf(request)}`
  const before = open.get(key) ?? 0
  if (before >= most) throw tooMany(most)
  open.set(key, before + 1)
  let left = false
  return () => {
    if (left) return
    left = true
    const rest = (open.get(key) ?? 1) - 1
    if (rest === 0) open.delete(key)
    else open.set(key, rest)
  }
}

function tooMany(most: number): Refused {
  const message = `You already have ${most} connections open for replies, which is the limit. Close a tab, or try again shortly.`
  return new Refused(429, { kind: 'rate_limit', message, retryable: true }, { 'Retry-After': '5' })
}
