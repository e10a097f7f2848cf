import type { ModelGroup } from './api'

const OWN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:/
/** The prefix of a model whose provider is gone: the person's own, the operator's earlier one, or a local one. */
const GONE = new RegExp(`${OWN.source}|^environment-[0-9a-f]+:|^(?:ollama|lmstudio|llamacpp):|^demo:(?=rill-demo)`)

/** The prefix that turns a model's name into a reference. Names of the operator's provider have none. */
export function prefixOf({ kind, providerId }: Pick<ModelGroup, 'kind' | 'providerId'>): string {
  return kind === 'environment' ? '' : `${providerId}:`
}

/** The provider that serves a model, listed or not; undefined when the provider is gone. */
export function groupServing(groups: ModelGroup[], reference: string): ModelGroup | undefined {
  const environment = groups.find(({ kind }) => kind === 'environment')
  if (environment?.models.some(({ id }) => id === reference)) return environment
  const named = groups.find(({ providerId }) => reference.startsWith(`${providerId}:`))
  return named ?? (OWN.test(reference) ? undefined : environment)
}

/** The provider's name for a model, from its reference, even if the provider is gone or not known yet. */
export function nameIn(groups: ModelGroup[], reference: string): string {
  const group = groupServing(groups, reference)
  const isListed = group?.models.some(({ id }) => id === reference)
  if (!group || (!isListed && !reference.startsWith(`${group.providerId}:`))) return reference.replace(GONE, '')
  // A reference to the operator's provider has a prefix too, where the name alone would be that of a local model.
  const prefix = reference.startsWith(`${group.providerId}:`) ? `${group.providerId}:` : prefixOf(group)
  return reference.slice(prefix.length)
}
