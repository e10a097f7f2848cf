import 'server-only'
import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { processSingleton } from '@/lib/process'
import { PEER_HEADER } from './address'

/**
 * Sets `PEER_HEADER` on the requests of every server of the process. lib/serve.mjs sets it too, since it may receive
 * requests before this runs; `next dev` has a server of its own.
 */
export function watchPeers(): void {
  processSingleton('peers', () => subscribe('http.server.request.start', setPeerHeader))
}

function setPeerHeader(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('request' in message)) return
  const { request } = message
  if (request instanceof IncomingMessage) request.headers[PEER_HEADER] = request.socket.remoteAddress ?? ''
}
