import type { Problem } from '@/lib/protocol/events'
import type { Provider, ProviderTest } from '@/lib/protocol/providers'
import type { NewProvider, ProviderChange } from '@/lib/protocol/requests/providers'
import type { Preset } from './presets'

/** An extra header. `id` is the key of its row. */
export interface HeaderRow {
  id: number
  name: string
  value: string
}

/** The values of the form. */
export interface ProviderDraft {
  name: string
  baseUrl: string
  apiKey: string
  /** The header of the key; null for `Authorization`. */
  keyHeader: string | null
  /** Null keeps the stored headers. */
  headers: HeaderRow[] | null
  /** In seconds. Empty is the server's default. */
  firstTokenTimeout: string
  idleTimeout: string
  /** The model to test, if the provider lists none. Not stored. */
  model: string
}

export function toProviderDraft(provider: Provider | null): ProviderDraft {
  if (!provider) return emptyDraft
  const { name, baseUrl, headerNames } = provider
  return {
    name,
    baseUrl,
    apiKey: '',
    keyHeader: keyHeaderOf(provider),
    headers: headerNames.length > 0 ? null : [],
    firstTokenTimeout: toSeconds(provider.firstTokenTimeoutMs),
    idleTimeout: toSeconds(provider.idleTimeoutMs),
    model: '',
  }
}

const emptyDraft: ProviderDraft = {
  ...{ name: '', baseUrl: '', apiKey: '', keyHeader: null, headers: [] },
  ...{ firstTokenTimeout: '', idleTimeout: '', model: '' },
}

/** The only header of a stored provider, if it looks like one for a key. A new key replaces it. */
function keyHeaderOf({ hasKey, headerNames }: Provider): string | null {
  const [only, ...others] = headerNames
  return only !== undefined && others.length === 0 && !hasKey && /^(?:x-)?api-key$/i.test(only) ? only : null
}

/** Whether a key is stored, as the API key or in a header. */
export function hasStoredKey(provider: Provider | null): boolean {
  return provider !== null && (provider.hasKey || keyHeaderOf(provider) !== null)
}

/** The values that choosing a preset sets; null clears them. */
export function presetDraft(preset: Preset | null): Partial<ProviderDraft> {
  const { name = '', baseUrl = '', keyHeader = null } = preset ?? {}
  return { name, baseUrl, keyHeader, headers: [] }
}

/** Whether a test needs the name of a model: the server answers, but lists none that can chat. */
export function needsModel({ modelsProblem, model, modelCount }: ProviderTest): boolean {
  if (modelsProblem?.kind === 'network') return false
  return modelsProblem !== null || modelCount === 0 || model === null
}

/** The request for a draft. An empty key keeps the stored one; header rows without a name are dropped. */
export function toProviderRequest(draft: ProviderDraft): NewProvider {
  const { name, baseUrl, apiKey, keyHeader, headers, firstTokenTimeout, idleTimeout } = draft
  const named = headers?.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), row.value] as const)
  const keyInHeader = keyHeader !== null && apiKey !== ''
  const sentHeaders = keyInHeader ? [[keyHeader, apiKey] as const, ...(named ?? [])] : named
  return {
    name,
    baseUrl,
    ...(apiKey === '' || keyInHeader ? {} : { apiKey }),
    ...(sentHeaders ? { headers: Object.fromEntries(sentHeaders) } : {}),
    firstTokenTimeoutMs: toMilliseconds(firstTokenTimeout),
    idleTimeoutMs: toMilliseconds(idleTimeout),
  }
}

/**
 * The fields that differ from the stored provider, so that a save overwrites nothing that was changed elsewhere. A key or
 * headers are sent together with the base URL that they were entered for.
 */
export function changedFields(draft: ProviderDraft, provider: Provider): ProviderChange {
  const { name, baseUrl, firstTokenTimeoutMs, idleTimeoutMs, ...secrets } = toProviderRequest(draft)
  const stored = toProviderRequest(toProviderDraft(provider))
  const sameHeaders = JSON.stringify(secrets.headers) === JSON.stringify(stored.headers)
  const { headers: _headers, ...withoutHeaders } = secrets
  const sent = sameHeaders ? withoutHeaders : secrets
  return {
    ...(name === stored.name ? {} : { name }),
    ...(baseUrl === stored.baseUrl && Object.keys(sent).length === 0 ? {} : { baseUrl }),
    ...(firstTokenTimeoutMs === stored.firstTokenTimeoutMs ? {} : { firstTokenTimeoutMs }),
    ...(idleTimeoutMs === stored.idleTimeoutMs ? {} : { idleTimeoutMs }),
    ...sent,
  }
}

function toSeconds(ms: number | null): string {
  return ms === null ? '' : String(ms / 1000)
}

function toMilliseconds(seconds: string): number | null {
  return seconds.trim() === '' ? null : Math.round(Number(seconds) * 1000)
}

const labels = {
  name: 'The name',
  baseUrl: 'The base URL',
  apiKey: 'The key',
  headers: 'The list of headers',
  firstTokenTimeoutMs: 'The first-token timeout',
  idleTimeoutMs: 'The idle timeout',
  model: 'The model',
}
export type FieldName = keyof typeof labels

/** The field that a problem is about, and the message to show beside it; null if it isn't about a field. */
export function fieldProblem(problem: Problem | null): { field: FieldName; message: string } | null {
  const field = problem?.field?.split('.')[0]
  if (!problem || !isFieldName(field)) return null
  const text = problem.message.replace(/^[\w.]+: /, '')
  const isSentence = /^[A-Z]/.test(text)
  return { field, message: isSentence ? text : `${labels[field]} ${text}.`.replace(/\.\.$/, '.') }
}

function isFieldName(field: string | undefined): field is FieldName {
  return field !== undefined && field in labels
}
