import 'server-only'
import type { ErrorKind, Problem } from '@/lib/protocol/events'

/** A request that can't be done, with the message and HTTP status that say why. Route handlers turn it into the response. */
export class Refused extends Error {
  readonly status: number
  readonly problem: Problem
  readonly headers: Record<string, string>

  constructor(
    status: number,
    problem: { kind: ErrorKind; message: string; field?: string; retryable?: boolean; lowerMaxTokens?: number },
    headers: Record<string, string> = {},
  ) {
    super(problem.message)
    this.status = status
    this.problem = { retryable: false, ...problem }
    this.headers = headers
  }
}

/**
 * The same response for an id that doesn't exist and for someone else's, so that ids reveal nothing. `field` is where the
 * id is in the request, if there are several.
 */
export function notFound(thing: string, field?: string): Refused {
  return new Refused(404, {
    kind: 'not_found',
    message: `This ${thing} doesn’t exist. It may have been deleted.`,
    field,
  })
}

/** Input that is wrong in a field that the caller can fix. */
export function badRequest(field: string, message: string): Refused {
  return new Refused(400, { kind: 'bad_request', field, message })
}

/** A change to something that changed elsewhere since the caller saw it. */
export function conflict(message: string, field?: string): Refused {
  return new Refused(409, { kind: 'bad_request', message, field })
}
