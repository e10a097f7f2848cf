import 'server-only'
import { config } from '@/lib/config'
import { oncePerProcess } from '@/lib/process'
import { Refused } from '@/lib/refused'
import { addressOf } from './address'

/**
 * Counts a response that follows answers, for a person at an address. Gives what is to be called when it is over.
 * @throws {Refused} 429 when there are as many already as there may be.
 */
export function countReader(request: Request, ownerId: string): () => void {
  const most = config().readersPerPerson
  // A HEAD request is answered without a body, whose end would be waited for in vain.
  if (most === 0 || request.method === 'HEAD') return () => undefined
  const open = oncePerProcess('event readers', () => new Map<string, number>())
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
  const message = `Answers are being followed over ${most} connections for you already, and there may be no more at once. Close a tab, or try again shortly.`
  return new Refused(429, { kind: 'rate_limit', message, retryable: true }, { 'Retry-After': '5' })
}
