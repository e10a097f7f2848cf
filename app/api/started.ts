import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { finishedGeneration, followGeneration } from '@/lib/generations/follow'
import { type Call, endpoint, json } from '@/lib/http/endpoint'
import { key, name, promptText } from '@/lib/http/fields'
import type { StartData } from '@/lib/protocol/events'

/** What a person sets for one answer. */
export const turnSettings = z.strictObject({
  system: promptText.optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.int().positive().optional(),
})

/** The body of a call that asks for a reply again. */
export const againRequest = z.strictObject({
  turnId: key.min(1).max(100),
  model: name.optional(),
  maxTokens: turnSettings.shape.maxTokens,
  stream: z.boolean().default(true),
})

/**
 * An endpoint that starts a generation, for which `start` is to spend. What it answers is the log as a
 * stream, all of it once when it is done, or what it is at once, to be followed by other calls (RFC 7240).
 */
export function startingEndpoint<P extends Record<string, string | string[]> = Record<string, never>>(
  start: (request: NextRequest, call: Call<P>) => Promise<{ started: StartData; stream: boolean }>,
) {
  return endpoint<P>(
    async (request, call) => {
      const { started, stream } = await start(request, call)
      return await startedResponse(request, started, stream)
    },
    { limit: 'start' },
  )
}

async function startedResponse(request: NextRequest, start: StartData, stream: boolean): Promise<Response> {
  if (request.headers.get('prefer')?.includes('respond-async'))
    return json(start, { status: 202, headers: { 'Preference-Applied': 'respond-async' } })
  if (stream) return await followGeneration(start.generationId, 0, { signal: request.signal })
  const finished = await finishedGeneration(start, request.signal)
  // Nobody is there any more to be answered.
  return finished ? json(finished) : new Response(null, { status: 499 })
}
