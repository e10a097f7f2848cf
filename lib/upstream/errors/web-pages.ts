import 'server-only'
import type { ErrorKind, Problem } from '@/lib/protocol/events'
import { problemOf } from './messages'

/** A web page in place of a reply: who sent it, and what to do. */
interface Page {
  status?: number
  /** Text that identifies the page. */
  contains?: RegExp
  kind: ErrorKind
  message: string
}

const checkAddress = 'Check the base URL in Settings; it usually ends in /v1.'

/** The first match counts. */
const pages: Page[] = [
  {
    contains: /just a moment|cf[-_]chl|challenge-platform|cf-browser-verification|enable javascript and cookies/i,
    kind: 'auth',
    message:
      'The provider is behind Cloudflare, which is asking for a browser check (“Just a moment”). Ask whoever runs it to let API requests through, or use another address.',
  },
  {
    contains: /attention required!|sorry, you have been blocked|error (?:code:? )?10(?:06|07|08|09|10|20)\b/i,
    kind: 'auth',
    message:
      'The provider is behind Cloudflare, which is blocking this server. Ask whoever runs it to allow this server’s address.',
  },
  {
    contains: /plain http request was sent to https port|client sent an http request to an https server/i,
    kind: 'bad_request',
    message: 'This address requires https. Change http:// to https:// in the base URL in Settings.',
  },
  {
    status: 401,
    kind: 'auth',
    message:
      'A proxy in front of the provider requires a password (401). Add the header it asks for to this provider in Settings.',
  },
  {
    status: 403,
    kind: 'auth',
    message:
      'A proxy in front of the provider denied access (403). Ask whoever runs it whether this key and this server’s address are allowed.',
  },
  {
    status: 404,
    kind: 'not_found',
    message: `No API found at this address: the server sent a web page (404). ${checkAddress}`,
  },
  {
    status: 405,
    kind: 'not_found',
    message: `No chat API found at this address: the server sent a web page (405). ${checkAddress}`,
  },
  {
    status: 407,
    kind: 'auth',
    message: 'A proxy on the way to the provider requires a password (407). Check this server’s proxy settings.',
  },
  {
    status: 413,
    kind: 'context_length',
    message:
      'A proxy in front of the provider doesn’t accept requests this large (413). Shorten the conversation, or raise the proxy’s limit (nginx: client_max_body_size).',
  },
  {
    status: 414,
    kind: 'bad_request',
    message: `A proxy in front of the provider doesn’t accept addresses this long (414). ${checkAddress}`,
  },
  {
    status: 429,
    kind: 'rate_limit',
    message: 'A proxy in front of the provider is limiting requests (429). Wait a moment, then try again.',
  },
]

/** The problem that a web page in place of a completion means. `status` is the HTTP status. */
export function webPage(status: number, text = ''): Problem {
  const page = pages.find(
    (each) => (each.status ?? status) === status && (each.contains?.test(text.slice(0, 65_536)) ?? true),
  )
  if (page) return problemOf(page.kind, { message: page.message, upstreamStatus: status })
  const isTransient = status >= 500
  const timeout = status === 504 || status === 524
  return problemOf(timeout ? 'timeout' : 'upstream', {
    message: `The provider responded with a web page (${status}). ${isTransient ? 'Try again in a moment.' : checkAddress}`,
    upstreamStatus: status,
    retryable: isTransient,
  })
}
