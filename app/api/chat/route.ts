import { readJson } from '@/lib/http/input/body'
import { chatRequest } from '@/lib/protocol/requests/turns'
import { prepareTurn } from '@/lib/runs/start/start-turn'
import { startingEndpoint } from '../started'

/** Adds a prompt and starts the generation of its reply. */
export const POST = startingEndpoint(async (request, { principal }) => {
  const given = await readJson(request, chatRequest)
  return { turn: await prepareTurn(principal.ownerId, given), stream: given.stream }
})
