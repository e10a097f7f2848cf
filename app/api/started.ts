import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { type Call, endpoint, json } from '@/lib/http/endpoint'
import { key, name, promptText } from '@/lib/http/input/fields'
import { countReader } from '@/lib/http/readers'
import type { StartData } from '@/lib/protocol/events'
import { finishedGeneration, followGeneration } from '@/lib/runs/follow'

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
      if (prefersAsync(request)) {
        const { started } = await start(request, call)
        return json(started, { status: 202, headers: { 'Preference-Applied': 'respond-async' } })
      }
      // Before the start: a turn that is sent again starts nothing, and follows its answer like any other reader.
      const left = countReader(request, call.principal.ownerId)
      try {
        return await startedResponse(request, await start(request, call), left)
      } catch (error) {
        left()
        throw error
      }
    },
    { limit: 'start' },
  )
}

function prefersAsync(request: NextRequest): boolean {
  return request.headers.get('prefer')?.includes('respond-async') ?? false
}

async function startedResponse(
  request: NextRequest,
  { started, stream }: { started: StartData; stream: boolean },
  left: () => void,
): Promise<Response> {
  if (stream) return await followGeneration(started.generationId, 0, { signal: request.signal, left })
  const finished = await finishedGeneration(started, request.signal)
  left()
  // Nobody is there any more to be answered.
  return finished ? json(finished) : new Response(null, { status: 499 })
}
