import 'server-only'
import { z } from 'zod'
import type { Problem } from '@/lib/protocol/events'
import { readStart } from './body'
import { isMarkup, withoutSecrets } from './clean'
import { clientOf } from './client'
import type { Connection } from './connection'
import { rawBody } from './fetch'
import { problemFromError, problemFromPayload } from './problems'
import { cutConnection, slowHeaders, unreadableFormat, webPage } from './words'

/** A list longer than this, in bytes, is not read. */
const listLimit = 4 * 1024 * 1024
const listTimeoutMs = 15_000

const name = z.string().trim().min(1).max(300)
/** Most servers name a model by its `id`, some by its `name` or `model`, some with the bare text. */
const entry = z.union([
  name,
  z.object({ id: name }).transform(({ id }) => id),
  z.object({ name }).transform((model) => model.name),
  z.object({ model: name }).transform(({ model }) => model),
])
/** One entry that cannot be read must not hide the others. */
const entries = z.array(entry.catch('')).transform((names) => [...new Set(names.filter((each) => each !== ''))])
const list = z.union([
  entries,
  z.object({ data: entries }).transform(({ data }) => data),
  z.object({ models: entries }).transform(({ models }) => models),
])

/**
 * Asks a provider for the names of its models, in its own order.
 * Never rejects for what the provider does. An abort of `signal` counts as an answer that came too late.
 */
export async function listModels(
  connection: Connection,
  signal: AbortSignal,
): Promise<{ models: string[] } | { problem: Problem }> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(listTimeoutMs)])
  try {
    const response = await clientOf(connection).models.list({ signal: limited, timeout: listTimeoutMs }).asResponse()
    const body = rawBody(response)
    const { text, cut } = body ? await readStart(body, listLimit) : { text: await response.text(), cut: false }
    if (limited.aborted) return { problem: slowHeaders }
    if (cut) return { problem: cutConnection }
    const listed = modelsIn(text)
    return 'problem' in listed ? { problem: withoutSecrets(listed.problem, connection) } : listed
  } catch (error) {
    return { problem: limited.aborted ? slowHeaders : withoutSecrets(problemFromError(error), connection) }
  }
}

function modelsIn(text: string): { models: string[] } | { problem: Problem } {
  if (isMarkup(text)) return { problem: webPage(200) }
  const document = json.safeParse(text)
  if (!document.success) return { problem: unreadableFormat }
  const read = list.safeParse(document.data)
  if (read.success) return { models: read.data }
  const failure = z.object({ error: z.unknown() }).safeParse(document.data)
  return { problem: failure.success && failure.data.error ? problemFromPayload(failure.data.error) : unreadableFormat }
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'This is not JSON' })
    return z.NEVER
  }
})
