import 'server-only'
import { randomUUID } from 'node:crypto'
import type { NextRequest } from 'next/server'
import type { Principal } from '@/lib/accounts/principal'
import { durable } from '@/lib/database/durability'
import { isDatabaseAway } from '@/lib/database/health'
import { log } from '@/lib/log'
import type { Problem } from '@/lib/protocol/events'
import { notFound, Refused } from '@/lib/refused'
import { addressOf, callerOf } from './address'
import { key } from './input/fields'
import { type LimitClass, type Payer, refund, spend } from './limits'
import { checkOrigin } from './origin'
import { admitted, type Session, sessionOf } from './session'
import { countVisitor, mayAdmit, tooManyVisitors } from './visitor-limits'

/** What a handler gets besides the request. */
export interface Call<P> {
  principal: Principal
  session: Session
  params: P
  /** Counts a start, once it is known that there will be one. The call itself is counted before its handler. */
  spend: () => Promise<void>
}

interface Options {
  /** What a call costs, if not a read for GET and a write for everything else. */
  limit?: LimitClass
  /** It saves nothing, whatever its method. */
  readOnly?: boolean
}

/** What a handler gets that also serves people who haven't entered the password. */
export type OpenCall<P> = Omit<Call<P>, 'principal'> & { principal: Principal | null }

type Handler<C> = (request: NextRequest, call: C) => Promise<Response> | Response
type Route<P> = (request: NextRequest, context: { params: Promise<P> }) => Promise<Response>
type Params = Record<string, string | string[]>

/**
 * A route handler behind the checks that every endpoint has: Host, origin, session, password, and rate limits. Turns a
 * `Refused` into its JSON response, and anything else that is thrown into a 500 whose cause is logged under the request's id.
 */
export function endpoint<P extends Params = Record<string, never>>(
  handler: Handler<Call<P>>,
  options: Options = {},
): Route<P> {
  return checked<P>(async (request, { principal, ...call }) => {
    if (principal === null) throw signInFirst()
    return await storingNewcomer(request, call.session, options, async () => handler(request, { principal, ...call }))
  }, options)
}

/** The same, also for people who haven't entered the password; they have no principal. */
export function openEndpoint<P extends Params = Record<string, never>>(
  handler: Handler<OpenCall<P>>,
  options: Options = {},
): Route<P> {
  return checked<P>(handler, options)
}

function checked<P extends Params>(handler: Handler<OpenCall<P>>, options: Options): Route<P> {
  return async (request, context) => {
    let session: Session | null = null
    try {
      checkOrigin(request.headers)
      session = await sessionOf(request.cookies, isSecure(request))
      const params = await context.params
      // Routes without parameters get none.
      if (
        !Object.values(params ?? {})
          .flat()
          .every((id) => key.safeParse(id).success)
      )
        throw notFound('address')
      const { principal } = session
      const reads = onlyReads(request, options)
      const payer = { ownerId: principal?.ownerId ?? null, address: addressOf(request) }
      const limit = options.limit ?? (reads ? 'read' : 'write')
      const call = { principal, session, params }
      const response =
        limit === 'start'
          ? await countedStart(payer, (spendStart) => handler(request, { ...call, spend: spendStart }))
          : await counted(limit, payer, () => handler(request, { ...call, spend: async () => undefined }))
      // Whatever the response confirms must be on disk.
      if (!reads) await durable()
      return withCookies(response, session)
    } catch (error) {
      return withCookies(errorResponse(error, request), session)
    }
  }
}

/** Counts a call, unless it is malformed. */
async function counted<T>(limit: LimitClass, payer: Payer, work: () => Promise<T> | T): Promise<T> {
  await spend(limit, payer)
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused && [400, 413, 415].includes(error.status)) await refund(limit, payer)
    throw error
  }
}

/**
 * Counts a start once `work` knows that there will be one. A call that starts nothing, e.g. a turn sent again, still
 * counts as a read. A start that a budget refuses is as much work as an estimate, and counts as one.
 */
async function countedStart<T>(payer: Payer, work: (spendStart: () => Promise<void>) => Promise<T> | T): Promise<T> {
  let spent = false
  const spendStart = async () => {
    await spend('start', payer)
    spent = true
  }
  try {
    return await counted('read', payer, () => work(spendStart))
  } catch (error) {
    if (spent && error instanceof Refused && error.status === 402) await countAsEstimate(payer)
    throw error
  }
}

/** Counts a start as an estimate. Once there were too many of those it stays a start, so that refusals have a limit too. */
async function countAsEstimate(payer: Payer): Promise<void> {
  try {
    await spend('costly', payer)
  } catch (error) {
    if (error instanceof Refused) return
    throw error
  }
  await refund('start', payer)
}

/** Stores a new visitor once they have written something: a refused request leaves no trace. */
async function storingNewcomer(
  request: NextRequest,
  session: Session,
  options: Options,
  handle: () => Promise<Response>,
): Promise<Response> {
  if (!session.newcomer || onlyReads(request, options)) return await handle()
  const address = addressOf(request)
  if (!(await mayAdmit(address))) throw tooManyVisitors()
  const response = await handle()
  if (!response.ok) return response
  await countVisitor(address)
  return withCookies(response, await admitted(session, true, isSecure(request)))
}

function onlyReads({ method }: NextRequest, { readOnly }: Options): boolean {
  return readOnly === true || method === 'GET' || method === 'HEAD'
}

/** Whether the browser's own connection is encrypted, according to a trusted proxy in front. */
export function isSecure(request: NextRequest): boolean {
  return callerOf(request.headers).secure
}

/** A JSON response that nothing on the way may cache. */
export function json(value: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  headers.set('Cache-Control', 'no-store')
  return Response.json(value, { ...init, headers })
}

function errorResponse(error: unknown, request: NextRequest): Response {
  if (error instanceof Refused) return json({ error: error.problem }, { status: error.status, headers: error.headers })
  if (isDatabaseAway(error)) {
    log().warn({ method: request.method, path: request.nextUrl.pathname, error }, 'the database is unreachable')
    return json({ error: databaseAway }, { status: 503, headers: { 'Retry-After': '5' } })
  }
  const requestId = randomUUID()
  log().error({ requestId, method: request.method, path: request.nextUrl.pathname, error }, 'a request failed')
  const problem = {
    kind: 'internal',
    message: 'Something went wrong in Rill. Try again; the server log has the details.',
    requestId,
    retryable: true,
  }
  return json({ error: problem }, { status: 500 })
}

const databaseAway: Problem = {
  kind: 'internal',
  message: 'Rill can’t reach its database right now, so nothing was changed. Try again shortly.',
  retryable: true,
}

function withCookies(response: Response, session: Session | null): Response {
  // A handler that sets the session's cookie itself takes precedence.
  if (response.headers.has('Set-Cookie')) return response
  for (const cookie of session?.setCookies ?? []) response.headers.append('Set-Cookie', cookie)
  return response
}

/** The error for a browser that hasn't entered the password. */
export function signInFirst(): Refused {
  return new Refused(401, { kind: 'auth', message: 'Sign in first: this server is password-protected.' })
}
