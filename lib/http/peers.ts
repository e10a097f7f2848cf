import 'server-only'
import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { processSingleton } from '@/lib/process'
import { PEER_HEADER } from './address'

/**
 * Notes the other end of its socket on each request, whichever server takes it: `next dev` has one of its own, and
 * lib/serve.mjs, which notes it as well, may have taken requests before this.
 */
export function watchPeers(): void {
  processSingleton('peers', () => subscribe('http.server.request.start', notePeer))
}

function notePeer(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('request' in message)) return
  const { request } = message
  if (request instanceof IncomingMessage) request.headers[PEER_HEADER] = request.socket.remoteAddress ?? ''
}
