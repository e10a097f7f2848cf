import { z } from 'zod'
import { estimateTurn } from '@/lib/generations/estimate'
import { readJson } from '@/lib/http/body'
import { endpoint, json } from '@/lib/http/endpoint'
import { name, rowId } from '@/lib/http/fields'
import { turnSettings } from '../started'

const draft = z.strictObject({
  conversationId: rowId.optional(),
  parentId: rowId.nullable().optional(),
  text: z.string().max(100_000, 'is longer than 100,000 characters'),
  model: name.optional(),
  settings: turnSettings.optional(),
})

/** What a turn would come to if it were sent. Nothing is written. */
export const POST = endpoint(
  async (request, { principal }) => json(await estimateTurn(principal.ownerId, await readJson(request, draft))),
  { limit: 'costly' },
)
