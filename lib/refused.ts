import 'server-only'
import type { ErrorKind, Problem } from '@/lib/protocol/events'

/** An error whose problem, HTTP status and headers become the response of a route handler. */
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
 * A 404: the same for an unknown id and for someone else's, so that ids reveal nothing. `field` is the place of the id in
 * the request, if there are several.
 */
export function notFound(thing: string, field?: string): Refused {
  return new Refused(404, {
    kind: 'not_found',
    message: `This ${thing} doesn’t exist. It may have been deleted.`,
    field,
  })
}

/** A 400 for a field that the caller can fix. */
export function badRequest(field: string, message: string): Refused {
  return new Refused(400, { kind: 'bad_request', field, message })
}

/** A 409: what the caller wants to change has changed since they saw it. */
export function conflict(message: string, field?: string): Refused {
  return new Refused(409, { kind: 'bad_request', message, field })
}
