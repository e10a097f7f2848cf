import 'server-only'
import type { ErrorKind, Problem } from '@/lib/protocol/events'

/** A request that cannot be done, with the words and the HTTP status that say why. Route handlers turn it into the answer. */
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
 * The same answer for an id that does not exist and one that belongs to somebody else, so that ids tell nothing. `field`
 * is where the id stands in the request, when there are several.
 */
export function notFound(thing: string, field?: string): Refused {
  return new Refused(404, {
    kind: 'not_found',
    message: `This ${thing} doesn’t exist. It may have been deleted.`,
    field,
  })
}

/** Input that is wrong in a field the caller can mend. */
export function badRequest(field: string, message: string): Refused {
  return new Refused(400, { kind: 'bad_request', field, message })
}

/** A change of something that was changed elsewhere since the caller saw it. */
export function conflict(message: string, field?: string): Refused {
  return new Refused(409, { kind: 'bad_request', message, field })
}
