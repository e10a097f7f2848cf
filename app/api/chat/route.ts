import { z } from 'zod'
import { readJson } from '@/lib/http/input/body'
import { key, name, promptText, rowId } from '@/lib/http/input/fields'
import { prepareTurn } from '@/lib/runs/start/start-turn'
import { startingEndpoint, turnSettings } from '../started'

const turn = z.strictObject({
  conversationId: rowId.optional(),
  parentId: rowId.nullable().optional(),
  turnId: key.min(1).max(100),
  text: promptText,
  model: name.optional(),
  settings: turnSettings.optional(),
  stream: z.boolean().default(true),
})

/** Adds a prompt and starts the generation of its reply. */
export const POST = startingEndpoint(async (request, { principal }) => {
  const given = await readJson(request, turn)
  return { turn: await prepareTurn(principal.ownerId, given), stream: given.stream }
})
