import type { ModelGroup } from './api'

const OWN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:/
/** What stands before the name of a model whose provider is gone: one of a person's own, the operator's before, or a local one. */
const GONE = new RegExp(`${OWN.source}|^environment-[0-9a-f]+:|^(?:ollama|lmstudio|llamacpp):|^demo:(?=rill-demo)`)

/** What makes a reference of a model's name: the operator's own upstream takes its names as they are. */
export function prefixOf({ kind, providerId }: Pick<ModelGroup, 'kind' | 'providerId'>): string {
  return kind === 'environment' ? '' : `${providerId}:`
}

/** Who serves a model, whether or not it is in a list; undefined when its provider is not there (any more). */
export function groupServing(groups: ModelGroup[], reference: string): ModelGroup | undefined {
  const environment = groups.find(({ kind }) => kind === 'environment')
  if (environment?.models.some(({ id }) => id === reference)) return environment
  const named = groups.find(({ providerId }) => reference.startsWith(`${providerId}:`))
  return named ?? (OWN.test(reference) ? undefined : environment)
}

/** What the provider calls a model, out of its reference, also when the provider is gone or not known yet. */
export function nameIn(groups: ModelGroup[], reference: string): string {
  const group = groupServing(groups, reference)
  const isListed = group?.models.some(({ id }) => id === reference)
  if (!group || (!isListed && !reference.startsWith(`${group.providerId}:`))) return reference.replace(GONE, '')
  // The operator's own may carry its provider too, where its name alone would be that of a local one.
  const prefix = reference.startsWith(`${group.providerId}:`) ? `${group.providerId}:` : prefixOf(group)
  return reference.slice(prefix.length)
}
