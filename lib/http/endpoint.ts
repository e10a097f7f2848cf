import 'server-only'
import { randomUUID } from 'node:crypto'
import type { NextRequest } from 'next/server'
import type { Principal } from '@/lib/accounts/principal'
import { durable } from '@/lib/database/durability'
import { isDatabaseAway } from '@/lib/database/health'
import { log } from '@/lib/log'
import type { Problem } from '@/lib/protocol/events'
import { notFound, Refused } from '@/lib/refused'
import { addressOf } from './address'
import { key } from './fields'
import { checkOrigin } from './origin'
import { admitted, type Session, sessionOf } from './session'
import { mayAdmit, tooManyVisitors } from './visitor-limits'

/** What a handler is given besides the request. */
export interface Call<P> {
  principal: Principal
  session: Session
  params: P
}

/** What a handler is given that also answers whoever has not given the password. */
export type OpenCall<P> = Omit<Call<P>, 'principal'> & { principal: Principal | null }

type Handler<C> = (request: NextRequest, call: C) => Promise<Response> | Response
type Route<P> = (request: NextRequest, context: { params: Promise<P> }) => Promise<Response>
type Params = Record<string, string | string[]>

/**
 * A route handler behind the checks that every endpoint has: the Host and the origin of the request, the session and,
 * where a password is set, that it was given. Turns a `Refused` into its JSON answer, and
 * anything else that is thrown into a 500 whose cause is in the log under the request's id.
 */
export function endpoint<P extends Params = Record<string, never>>(handler: Handler<Call<P>>): Route<P> {
  return checked<P>(async (request, { principal, ...call }) => {
    if (principal === null) throw signInFirst()
    return await handler(request, { principal, ...call })
  })
}

/** The same for whoever has not given the password as well: they have no principal. */
export function openEndpoint<P extends Params = Record<string, never>>(handler: Handler<OpenCall<P>>): Route<P> {
  return checked<P>(handler)
}

function checked<P extends Params>(handler: Handler<OpenCall<P>>): Route<P> {
  return async (request, context) => {
    let session: Session | null = null
    try {
      checkOrigin(request.headers)
      session = await sessionOf(request.cookies, isSecure(request))
      const params = await context.params
      // Routes without parameters are given none.
      if (
        !Object.values(params ?? {})
          .flat()
          .every((id) => key.safeParse(id).success)
      )
        throw notFound('address')
      const { principal } = session
      const writes = !['GET', 'HEAD'].includes(request.method)
      if (writes && session.newcomer && !(await mayAdmit(addressOf(request)))) throw tooManyVisitors()
      const response = await handler(request, { principal, session, params })
      // Only somebody who has written something is stored: a refused request leaves nothing.
      if (writes && response.ok) session = await admitted(session, true, isSecure(request))
      // What an answer says is done is on the disk. (Reading changes nothing.)
      if (writes) await durable()
      return withCookies(response, session)
    } catch (error) {
      return withCookies(errorResponse(error, request), session)
    }
  }
}

/** Whether the browser's own connection is encrypted, as far as a proxy in front says so. */
export function isSecure(request: NextRequest): boolean {
  return (request.headers.get('x-forwarded-proto') ?? request.url).startsWith('https')
}

/** A JSON answer that nothing on the way keeps. */
export function json(value: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  headers.set('Cache-Control', 'no-store')
  return Response.json(value, { ...init, headers })
}

function errorResponse(error: unknown, request: NextRequest): Response {
  if (error instanceof Refused) return json({ error: error.problem }, { status: error.status, headers: error.headers })
  if (isDatabaseAway(error)) {
    log().warn({ method: request.method, path: request.nextUrl.pathname, error }, 'the database is away')
    return json({ error: databaseAway }, { status: 503, headers: { 'Retry-After': '5' } })
  }
  const requestId = randomUUID()
  log().error({ requestId, method: request.method, path: request.nextUrl.pathname, error }, 'a request failed')
  const problem = {
    kind: 'internal',
    message: 'Rill could not do that because of a fault of its own. Try again; the server log tells more.',
    requestId,
    retryable: true,
  }
  return json({ error: problem }, { status: 500 })
}

const databaseAway: Problem = {
  kind: 'internal',
  message: 'Rill cannot reach its database at the moment, so this was not done. Try again shortly.',
  retryable: true,
}

function withCookies(response: Response, session: Session | null): Response {
  // A handler that sets the session's cookie itself has the last word.
  if (response.headers.has('Set-Cookie')) return response
  for (const cookie of session?.setCookies ?? []) response.headers.append('Set-Cookie', cookie)
  return response
}

/** The refusal of a browser that has not given the password. */
export function signInFirst(): Refused {
  return new Refused(401, { kind: 'auth', message: 'Sign in first: this Rill asks for a password.' })
}
