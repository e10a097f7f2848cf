import { z } from 'zod'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { name, rowId } from '@/lib/http/input/fields'
import { MAX_PROMPT_LENGTH } from '@/lib/protocol/prompts'
import { estimateTurn } from '@/lib/runs/start/estimate-turn'
import { CLIENT_CLOSED_REQUEST, turnSettings } from '../started'

const draft = z.strictObject({
  conversationId: rowId.optional(),
  parentId: rowId.nullable().optional(),
  text: z.string().max(MAX_PROMPT_LENGTH, 'is longer than 100,000 characters'),
  model: name.optional(),
  settings: turnSettings.optional(),
})

/** Estimates what a turn would cost. Writes nothing. */
export const POST = endpoint(
  async (request, { principal }) => {
    const { signal } = request
    try {
      return json(await estimateTurn(principal.ownerId, await readJson(request, draft), signal))
    } catch (error) {
      if (signal.aborted) return new Response(null, { status: CLIENT_CLOSED_REQUEST })
      throw error
    }
  },
  { limit: 'costly', readOnly: true },
)
