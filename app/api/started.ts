import type { NextRequest } from 'next/server'
import { type Call, endpoint, json } from '@/lib/http/endpoint'
import { countOpenReader } from '@/lib/http/readers'
import type { StartData } from '@/lib/protocol/events'
import { finishedGeneration, followGeneration } from '@/lib/runs/follow'
import { type PreparedTurn, startGeneration } from '@/lib/runs/start/start-generation'

/** nginx's status for a client that disconnected before the response. Nobody sees it. */
export const CLIENT_CLOSED_REQUEST = 499

/**
 * An endpoint that starts the turn that `prepare` returns. It responds with the log as a stream, with the whole reply when
 * it's done (`stream: false`), or at once with the start's data (`Prefer: respond-async`, RFC 7240).
 */
export function startingEndpoint<P extends Record<string, string | string[]> = Record<string, never>>(
  prepare: (request: NextRequest, call: Call<P>) => Promise<{ turn: PreparedTurn; stream: boolean }>,
) {
  return endpoint<P>(
    async (request, call) => {
      if (prefersAsync(request)) {
        const { turn } = await prepare(request, call)
        return json(await start(turn, call), { status: 202, headers: { 'Preference-Applied': 'respond-async' } })
      }
      // Before the start: a turn that is sent again starts nothing, and is one more reader of its reply.
      const onClose = countOpenReader(request, call.principal.ownerId)
      try {
        const { turn, stream } = await prepare(request, call)
        return await startedResponse(request, await start(turn, call), stream, onClose)
      } catch (error) {
        onClose()
        throw error
      }
    },
    { limit: 'start' },
  )
}

/** Starts a turn, unless an earlier request did. Only a new start counts against the person's limit. */
async function start(turn: PreparedTurn, { countStart }: Pick<Call<unknown>, 'countStart'>): Promise<StartData> {
  if (turn.earlier) return turn.earlier
  await countStart()
  return await startGeneration(turn.generation)
}

function prefersAsync(request: NextRequest): boolean {
  return request.headers.get('prefer')?.includes('respond-async') ?? false
}

async function startedResponse(
  request: NextRequest,
  started: StartData,
  stream: boolean,
  onClose: () => void,
): Promise<Response> {
  if (stream) return await followGeneration(started.generationId, 0, { signal: request.signal, onClose })
  const finished = await finishedGeneration(started, request.signal)
  onClose()
  return finished ? json(finished) : new Response(null, { status: CLIENT_CLOSED_REQUEST })
}
