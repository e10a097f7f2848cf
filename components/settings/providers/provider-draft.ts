import type { Problem } from '@/lib/protocol/events'
import type { Provider, ProviderTest } from '@/lib/protocol/providers'
import type { NewProvider, ProviderChange } from '@/lib/protocol/requests/providers'
import type { Preset } from './presets'

/** One extra header; `id` keeps its row while others come and go. */
export interface HeaderRow {
  id: number
  name: string
  value: string
}

/** A provider as it stands in the form. */
export interface ProviderDraft {
  name: string
  baseUrl: string
  apiKey: string
  /** The header that the key goes in, where the server wants another than the usual one. */
  keyHeader: string | null
  /** Null keeps the headers that are stored. */
  headers: HeaderRow[] | null
  /** In seconds, as typed; empty is the server's own limit. */
  firstTokenTimeout: string
  idleTimeout: string
  /** A model to test, where the server lists none. It is not stored. */
  model: string
}

export function draftOf(provider: Provider | null): ProviderDraft {
  if (!provider) return empty
  const { name, baseUrl, headerNames } = provider
  return {
    name,
    baseUrl,
    apiKey: '',
    keyHeader: keyHeaderOf(provider),
    headers: headerNames.length > 0 ? null : [],
    firstTokenTimeout: inSeconds(provider.firstTokenTimeoutMs),
    idleTimeout: inSeconds(provider.idleTimeoutMs),
    model: '',
  }
}

const empty: ProviderDraft = {
  ...{ name: '', baseUrl: '', apiKey: '', keyHeader: null, headers: [] },
  ...{ firstTokenTimeout: '', idleTimeout: '', model: '' },
}

/** The one header of a stored provider, where it is one for a key: a new key takes its place. */
function keyHeaderOf({ hasKey, headerNames }: Provider): string | null {
  const [only, ...others] = headerNames
  return only !== undefined && others.length === 0 && !hasKey && /^(?:x-)?api-key$/i.test(only) ? only : null
}

/** Whether a key is stored, in the usual place or in a header of its own. */
export function keyIsStored(provider: Provider | null): boolean {
  return provider !== null && (provider.hasKey || keyHeaderOf(provider) !== null)
}

/** What a preset fills in; null is a server that has none. */
export function presetDraft(preset: Preset | null): Partial<ProviderDraft> {
  const { name = '', baseUrl = '', keyHeader = null } = preset ?? {}
  return { name, baseUrl, keyHeader, headers: [] }
}

/** Whether a test found no model that it could ask, so that one has to be named. Where nothing answers, no name helps. */
export function wantsModel({ modelsProblem, model, modelCount }: ProviderTest): boolean {
  if (modelsProblem?.kind === 'network') return false
  return modelsProblem !== null || modelCount === 0 || model === null
}

/** What goes to the server: an empty key keeps the stored one, header rows without a name are left out. */
export function requestOf(draft: ProviderDraft): NewProvider {
  const { name, baseUrl, apiKey, keyHeader, headers, firstTokenTimeout, idleTimeout } = draft
  const named = headers?.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), row.value] as const)
  const inHeader = keyHeader !== null && apiKey !== ''
  const sent = inHeader ? [[keyHeader, apiKey] as const, ...(named ?? [])] : named
  return {
    name,
    baseUrl,
    ...(apiKey === '' || inHeader ? {} : { apiKey }),
    ...(sent ? { headers: Object.fromEntries(sent) } : {}),
    firstTokenTimeoutMs: inMilliseconds(firstTokenTimeout),
    idleTimeoutMs: inMilliseconds(idleTimeout),
  }
}

/**
 * What a save sends: what differs from the stored provider that the form began with, so that nothing is overwritten that
 * was changed elsewhere. A key and headers go with the address that they were entered for.
 */
export function changeOf(draft: ProviderDraft, provider: Provider): ProviderChange {
  const { name, baseUrl, firstTokenTimeoutMs, idleTimeoutMs, ...secrets } = requestOf(draft)
  const before = requestOf(draftOf(provider))
  const headersKept = JSON.stringify(secrets.headers) === JSON.stringify(before.headers)
  const { headers: _headers, ...withoutHeaders } = secrets
  const sent = headersKept ? withoutHeaders : secrets
  return {
    ...(name === before.name ? {} : { name }),
    ...(baseUrl === before.baseUrl && Object.keys(sent).length === 0 ? {} : { baseUrl }),
    ...(firstTokenTimeoutMs === before.firstTokenTimeoutMs ? {} : { firstTokenTimeoutMs }),
    ...(idleTimeoutMs === before.idleTimeoutMs ? {} : { idleTimeoutMs }),
    ...sent,
  }
}

function inSeconds(ms: number | null): string {
  return ms === null ? '' : String(ms / 1000)
}

function inMilliseconds(seconds: string): number | null {
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

/** The field that a problem is about, with the words to show beside it; null when it is about none of them. */
export function fieldProblem(problem: Problem | null): { field: FieldName; words: string } | null {
  const field = problem?.field?.split('.')[0]
  if (!problem || !isFieldName(field)) return null
  const said = problem.message.replace(/^[\w.]+: /, '')
  const sentence = /^[A-Z]/.test(said)
  return { field, words: sentence ? said : `${labels[field]} ${said}.`.replace(/\.\.$/, '.') }
}

function isFieldName(field: string | undefined): field is FieldName {
  return field !== undefined && field in labels
}
