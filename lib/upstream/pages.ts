import 'server-only'
import type { ErrorKind, Problem } from '@/lib/protocol/events'
import { problemOf } from './words'

/** What a web page in place of an answer means: who sent it, and what to do. */
interface Page {
  status?: number
  /** What the page itself says. */
  says?: RegExp
  kind: ErrorKind
  message: string
}

const checkAddress = 'Check the base URL in Settings; it usually ends in /v1.'

/** The first that fits counts. */
const pages: Page[] = [
  {
    says: /just a moment|cf[-_]chl|challenge-platform|cf-browser-verification|enable javascript and cookies/i,
    kind: 'auth',
    message:
      'Cloudflare stands in front of the server and wants to check for a browser first (“Just a moment”). Ask whoever runs the server to let API requests pass, or use another address.',
  },
  {
    says: /attention required!|sorry, you have been blocked|error (?:code:? )?10(?:06|07|08|09|10|20)\b/i,
    kind: 'auth',
    message:
      'Cloudflare stands in front of the server and blocks this one. Ask whoever runs the server to let its address pass.',
  },
  {
    says: /plain http request was sent to https port|client sent an http request to an https server/i,
    kind: 'bad_request',
    message: 'The server wants https at this address. Change http:// to https:// in the base URL in Settings.',
  },
  {
    status: 401,
    kind: 'auth',
    message:
      'The proxy in front of the server wants a password (401). Add the header that it asks for to the provider in Settings.',
  },
  {
    status: 403,
    kind: 'auth',
    message:
      'The proxy in front of the server refused access (403). Check with whoever runs it what the key and this server’s address may do.',
  },
  {
    status: 404,
    kind: 'not_found',
    message: `Nothing answers at this address: the server sent a web page (404). ${checkAddress}`,
  },
  {
    status: 405,
    kind: 'not_found',
    message: `Nothing takes a conversation at this address: the server sent a web page (405). ${checkAddress}`,
  },
  {
    status: 407,
    kind: 'auth',
    message: 'The proxy on the way to the server wants a password (407). Check this server’s proxy settings.',
  },
  {
    status: 413,
    kind: 'context_length',
    message:
      'The proxy in front of the server refuses a request this large (413). Shorten the conversation, or have the proxy’s limit raised (nginx: client_max_body_size).',
  },
  {
    status: 414,
    kind: 'bad_request',
    message: `The proxy in front of the server refuses an address this long (414). ${checkAddress}`,
  },
  {
    status: 429,
    kind: 'rate_limit',
    message: 'The proxy in front of the server is limiting requests (429). Wait a moment, then try again.',
  },
]

/** What a web page means that stands where a completion should be. `status` is the HTTP status. */
export function webPage(status: number, text = ''): Problem {
  const page = pages.find(
    (each) => (each.status ?? status) === status && (each.says?.test(text.slice(0, 65_536)) ?? true),
  )
  if (page) return problemOf(page.kind, { message: page.message, upstreamStatus: status })
  const passes = status >= 500
  const timeout = status === 504 || status === 524
  return problemOf(timeout ? 'timeout' : 'upstream', {
    message: `The server answered with a web page (${status}). ${passes ? 'Try again in a moment.' : checkAddress}`,
    upstreamStatus: status,
    retryable: passes,
  })
}
