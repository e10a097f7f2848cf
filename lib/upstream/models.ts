import 'server-only'
import { z } from 'zod'
import { canChat } from '@/lib/protocol/chat-models'
import type { Problem } from '@/lib/protocol/events'
import { clientOf } from './client'
import type { Connection } from './connection'
import { readChunk } from './decoding/chunk'
import { isFields } from './decoding/json'
import { isMarkup } from './errors/error-text'
import { connectionLost, problemOf, responseTimedOut, unreadableFormat } from './errors/messages'
import { problemFromError, problemFromPayload } from './errors/problems'
import { withoutSecrets } from './errors/redact'
import { webPage } from './errors/web-pages'
import { readStart } from './network/body'
import { rawBody } from './network/fetch'

/** In bytes. */
const MAX_LIST_BYTES = 2 * 1024 * 1024
const MAX_MODELS = 5000
const LIST_TIMEOUT_MS = 15_000

/** A model as its provider lists it. */
export interface ListedModel {
  name: string
  /** Whether it can chat: by the provider's description, else by its name. */
  chats: boolean
}

/** A provider's models. `more` counts those beyond the limit. */
export interface ModelNames {
  models: ListedModel[]
  more: number
}

const name = z.string().trim().min(1).max(300)
const text = z.string().optional().catch(undefined)
/** Most servers identify a model by `id`, some by `name` or `model`. Some describe its task. */
const fields = z.object({
  id: name.optional().catch(undefined),
  name: name.optional().catch(undefined),
  model: name.optional().catch(undefined),
  // Together and LM Studio, GitHub Models, LiteLLM.
  type: text,
  task: text,
  mode: text,
  // Mistral.
  capabilities: z.object({ completion_chat: z.boolean() }).optional().catch(undefined),
  // OpenRouter.
  architecture: z
    .object({ output_modalities: z.array(z.string()) })
    .optional()
    .catch(undefined),
})

/** Fields that hold a list's entries. Gateways nest lists. */
const listFields = ['data', 'models', 'result']
const MAX_LIST_DEPTH = 3

const listTooLong = problemOf('upstream', {
  message: 'The provider’s model list is larger than 2 MB, so it wasn’t loaded. Type a model’s name instead.',
  retryable: false,
})

/**
 * Lists a provider's models in its own order.
 * Resolves to a problem whatever the provider does. An abort of `signal` counts as a timeout.
 */
export async function listModels(
  connection: Connection,
  signal: AbortSignal,
): Promise<ModelNames | { problem: Problem }> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)])
  try {
    const response = await clientOf(connection).models.list({ signal: limited, timeout: LIST_TIMEOUT_MS }).asResponse()
    const body = rawBody(response)
    const { text, cut } = body ? await readStart(body, MAX_LIST_BYTES) : { text: await response.text(), cut: false }
    if (limited.aborted) return { problem: responseTimedOut }
    if (cut) return { problem: connectionLost }
    if (Buffer.byteLength(text) >= MAX_LIST_BYTES) return { problem: listTooLong }
    const listed = modelsIn(text)
    return 'problem' in listed ? { problem: withoutSecrets(listed.problem, connection) } : listed
  } catch (error) {
    return { problem: limited.aborted ? responseTimedOut : withoutSecrets(problemFromError(error), connection) }
  }
}

function modelsIn(text: string): ModelNames | { problem: Problem } {
  if (isMarkup(text)) return { problem: webPage(200, text) }
  const document = json.safeParse(text)
  if (!document.success) return { problem: unreadableFormat }
  const entries = entriesIn(document.data)
  if (entries && entries.length > 0) return namesOf(entries)
  // An error inside a 200 may come with a null list.
  const { error } = readChunk(document.data)
  if (error !== undefined) return { problem: problemFromPayload(error) }
  return entries ? namesOf(entries) : { problem: unreadableFormat }
}

/** The entries of a list; null when there is no list. Some servers send null for an empty list. */
function entriesIn(value: unknown, depth = 0): unknown[] | null {
  if (Array.isArray(value)) return value
  if (value === null && depth > 0) return []
  if (!isFields(value) || depth === MAX_LIST_DEPTH) return null
  const lists = listFields.flatMap((each) => (each in value ? [entriesIn(value[each], depth + 1)] : []))
  return lists.find((each) => each !== null && each.length > 0) ?? lists.find((each) => each !== null) ?? null
}

function namesOf(entries: unknown[]): ModelNames {
  const models = new Map<string, ListedModel>()
  for (const entry of entries) {
    if (models.size === MAX_MODELS) break
    const model = typeof entry === 'string' ? modelByName(entry) : modelByFields(entry)
    if (model && !models.has(model.name)) models.set(model.name, model)
  }
  return { models: [...models.values()], more: models.size === MAX_MODELS ? entries.length - MAX_MODELS : 0 }
}

function modelByName(entry: string): ListedModel | null {
  const read = name.safeParse(entry)
  return read.success ? { name: read.data, chats: canChat(read.data) } : null
}

function modelByFields(entry: unknown): ListedModel | null {
  const read = fields.safeParse(entry)
  const id = read.data?.id ?? read.data?.name ?? read.data?.model
  return read.success && id ? { name: id, chats: describedAsChat(read.data) ?? canChat(id) } : null
}

/** Whether the provider's description says that it can chat; undefined when it doesn't say. */
function describedAsChat({
  type,
  task,
  mode,
  capabilities,
  architecture,
}: z.infer<typeof fields>): boolean | undefined {
  if (capabilities) return capabilities.completion_chat
  if (architecture && !architecture.output_modalities.includes('text')) return false
  const purpose = (task ?? mode ?? type ?? '').toLowerCase()
  if (/^(?:chat|llm|vlm|text-?generation)\b/.test(purpose)) return true
  return /embed|rank|image|audio|video|speech|transcri|moderation|classif|\btts\b|\bstt\b/.test(purpose)
    ? false
    : undefined
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text.trimStart())
  } catch {
    context.addIssue({ code: 'custom', message: 'This isn’t JSON' })
    return z.NEVER
  }
})
