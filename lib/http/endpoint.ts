import 'server-only'
import { randomUUID } from 'node:crypto'
import type { NextRequest } from 'next/server'
import type { Principal } from '@/lib/accounts/sessions'
import { syncedToDisk } from '@/lib/database/durability'
import { isDatabaseUnavailable } from '@/lib/database/health'
import { log } from '@/lib/log'
import type { Problem } from '@/lib/protocol/events'
import { key } from '@/lib/protocol/requests/fields'
import { notFound, Refused } from '@/lib/refused'
import { addressOf, callerOf } from './address'
import { countCall, type LimitClass, type LimitedCaller, uncountCall } from './limits'
import { checkOrigin } from './origin'
import { type Session, sessionOf, startVisitorSession } from './session'
import { countVisitor, mayStoreVisitor, tooManyVisitors } from './visitor-limits'

/** What a handler receives besides the request. */
export interface Call<P> {
  principal: Principal
  session: Session
  params: P
  /** Counts a start; to be called once the handler knows that it starts a reply. The call itself is already counted. */
  countStart: () => Promise<void>
}

interface Options {
  /** How a call is counted. The default is a read for GET and HEAD, and a write otherwise. */
  limit?: LimitClass
  /** Whether it stores nothing, whatever its method. */
  readOnly?: boolean
}

/** What a handler receives that also serves people who haven't entered the password. */
export type OpenCall<P> = Omit<Call<P>, 'principal'> & { principal: Principal | null }

type Handler<C> = (request: NextRequest, call: C) => Promise<Response> | Response
type Route<P> = (request: NextRequest, context: { params: Promise<P> }) => Promise<Response>
type Params = Record<string, string | string[]>

/**
 * Wraps a handler in the checks of every endpoint: host, origin, session, password, and rate limits. A thrown `Refused`
 * becomes its JSON response; any other error becomes a 500, and is logged with the request's id.
 */
export function endpoint<P extends Params = Record<string, never>>(
  handler: Handler<Call<P>>,
  options: Options = {},
): Route<P> {
  return withChecks<P>(async (request, { principal, ...call }) => {
    if (principal === null) throw signInRequired()
    return await storingVisitor(request, call.session, options, async () => handler(request, { principal, ...call }))
  }, options)
}

/** As `endpoint`, but without the password check: people who haven't entered it have no principal. */
export function openEndpoint<P extends Params = Record<string, never>>(
  handler: Handler<OpenCall<P>>,
  options: Options = {},
): Route<P> {
  return withChecks<P>(handler, options)
}

function withChecks<P extends Params>(handler: Handler<OpenCall<P>>, options: Options): Route<P> {
  return async (request, context) => {
    let session: Session | null = null
    try {
      checkOrigin(request.headers)
      session = await sessionOf(request.cookies, isSecure(request))
      const params = await context.params
      // Next passes no parameters to routes without any.
      if (
        !Object.values(params ?? {})
          .flat()
          .every((id) => key.safeParse(id).success)
      )
        throw notFound('address')
      const { principal } = session
      const reads = onlyReads(request, options)
      const caller = { ownerId: principal?.ownerId ?? null, address: addressOf(request) }
      const limit = options.limit ?? (reads ? 'read' : 'write')
      const call = { principal, session, params }
      const response =
        limit === 'start'
          ? await countedStart(caller, (countStart) => handler(request, { ...call, countStart }))
          : await counted(limit, caller, () => handler(request, { ...call, countStart: async () => undefined }))
      // What the response confirms must be on disk.
      if (!reads) await syncedToDisk()
      return withCookies(response, session)
    } catch (error) {
      return withCookies(errorResponse(error, request), session)
    }
  }
}

/** Counts a call unless it is malformed. */
async function counted<T>(limit: LimitClass, caller: LimitedCaller, work: () => Promise<T> | T): Promise<T> {
  await countCall(limit, caller)
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused && [400, 413, 415].includes(error.status)) await uncountCall(limit, caller)
    throw error
  }
}

/**
 * Counts a start once `work` knows that there will be one. A call that starts nothing, e.g. a turn sent again, counts as a
 * read. A start that a budget refuses takes as much work as an estimate, and counts as one.
 */
async function countedStart<T>(
  caller: LimitedCaller,
  work: (countStart: () => Promise<void>) => Promise<T> | T,
): Promise<T> {
  let started = false
  const countStart = async () => {
    await countCall('start', caller)
    started = true
  }
  try {
    return await counted('read', caller, () => work(countStart))
  } catch (error) {
    if (started && error instanceof Refused && error.status === 402) await recountAsEstimate(caller)
    throw error
  }
}

/** Counts a refused start as an estimate, unless there were too many of those: refusals need a limit too. */
async function recountAsEstimate(caller: LimitedCaller): Promise<void> {
  try {
    await countCall('costly', caller)
  } catch (error) {
    if (error instanceof Refused) return
    throw error
  }
  await uncountCall('start', caller)
}

/** Stores a new visitor after a successful write, so that a refused request leaves no rows. */
async function storingVisitor(
  request: NextRequest,
  session: Session,
  options: Options,
  handle: () => Promise<Response>,
): Promise<Response> {
  if (!session.isNewVisitor || onlyReads(request, options)) return await handle()
  const address = addressOf(request)
  if (!(await mayStoreVisitor(address))) throw tooManyVisitors()
  const response = await handle()
  if (!response.ok) return response
  await countVisitor(address)
  return withCookies(response, await startVisitorSession(session, true, isSecure(request)))
}

function onlyReads({ method }: NextRequest, { readOnly }: Options): boolean {
  return readOnly === true || method === 'GET' || method === 'HEAD'
}

/** Whether the browser's connection uses TLS, according to a trusted proxy. */
export function isSecure(request: NextRequest): boolean {
  return callerOf(request.headers).secure
}

/** A JSON response that no cache may store. */
export function json(value: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  headers.set('Cache-Control', 'no-store')
  return Response.json(value, { ...init, headers })
}

function errorResponse(error: unknown, request: NextRequest): Response {
  if (error instanceof Refused) return json({ error: error.problem }, { status: error.status, headers: error.headers })
  if (isDatabaseUnavailable(error)) {
    log().warn({ method: request.method, path: request.nextUrl.pathname, error }, 'the database is unreachable')
    return json({ error: databaseUnavailable }, { status: 503, headers: { 'Retry-After': '5' } })
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

const databaseUnavailable: Problem = {
  kind: 'internal',
  message: 'Rill can’t reach its database right now, so nothing was changed. Try again shortly.',
  retryable: true,
}

function withCookies(response: Response, session: Session | null): Response {
  // The cookie of a handler takes precedence.
  if (response.headers.has('Set-Cookie')) return response
  for (const cookie of session?.setCookies ?? []) response.headers.append('Set-Cookie', cookie)
  return response
}

/** A 401 for a browser that hasn't entered the password. */
export function signInRequired(): Refused {
  return new Refused(401, { kind: 'auth', message: 'Sign in first: this server is password-protected.' })
}
