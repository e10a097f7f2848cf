import { z } from 'zod'
import { finishedGeneration, followGeneration } from '@/lib/generations/follow'
import { startTurn } from '@/lib/generations/start'
import { readJson } from '@/lib/http/body'
import { endpoint, json } from '@/lib/http/endpoint'
import { key, name, promptText, rowId } from '@/lib/http/fields'

const turn = z.strictObject({
  conversationId: rowId.optional(),
  parentId: rowId.nullable().optional(),
  turnId: key.min(1).max(100),
  text: promptText,
  model: name.optional(),
  settings: z
    .strictObject({
      system: promptText.optional(),
      temperature: z.number().min(0).max(2).optional(),
      maxTokens: z.int().positive().optional(),
    })
    .optional(),
  stream: z.boolean().default(true),
})

/** Adds a prompt and starts its generation: streams its log, answers once when it is done, or at once (RFC 7240). */
export const POST = endpoint(async (request, { session }) => {
  const given = await readJson(request, turn)
  const start = await startTurn(session.ownerId, given)
  if (request.headers.get('prefer')?.includes('respond-async')) {
    return json(start, { status: 202, headers: { 'Preference-Applied': 'respond-async' } })
  }
  return given.stream ? await followGeneration(start.generationId, 0) : json(await finishedGeneration(start))
})
