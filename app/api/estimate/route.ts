import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { estimateRequest } from '@/lib/protocol/requests/turns'
import { estimateTurn } from '@/lib/runs/start/estimate-turn'
import { CLIENT_CLOSED_REQUEST } from '../started'

/** Estimates what a turn would cost. Writes nothing. */
export const POST = endpoint(
  async (request, { principal }) => {
    const { signal } = request
    try {
      return json(await estimateTurn(principal.ownerId, await readJson(request, estimateRequest), signal))
    } catch (error) {
      if (signal.aborted) return new Response(null, { status: CLIENT_CLOSED_REQUEST })
      throw error
    }
  },
  { limit: 'costly', readOnly: true },
)
