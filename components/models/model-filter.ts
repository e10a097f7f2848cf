import type { ModelGroup } from '@/lib/protocol/api'
import { groupServing, nameIn, prefixOf } from '@/lib/protocol/references'

/** A group of models to choose from; `note` stands beside a model's name. */
export interface ListedGroup extends ModelGroup {
  models: (ModelGroup['models'][number] & { note?: string })[]
  /** It is a selection of models and no provider, so that no other name can be used there. */
  selection?: boolean
}

/**
 * The groups that hold a model matching every word of the query, in its own name or the provider's.
 * Without a query all groups stay, also those with nothing but a problem, which the person should see.
 */
export function filterModels(groups: ListedGroup[], query: string): ListedGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return groups
  return groups
    .map((group) => ({
      ...group,
      models: group.models.filter((model) => {
        const haystack = `${group.name} ${model.name}`.toLowerCase()
        return words.every((word) => haystack.includes(word))
      }),
    }))
    .filter((group) => group.models.length > 0)
}

/** So many models are quicker to look through than to look for. */
const FEW_MODELS = 8

/**
 * The groups with the models that were used last in front, as a group of their own. A model that was typed for a
 * provider without a list is found there again.
 */
export function recentFirst(groups: ListedGroup[], recent: string[]): ListedGroup[] {
  const listed = new Map(groups.flatMap((group) => group.models.map((model) => [model.id, { model, group }])))
  const many = listed.size > FEW_MODELS
  const models = recent.flatMap((id) => {
    const known = listed.get(id)
    if (known) return many ? [{ ...known.model, note: known.group.name }] : []
    const group: ListedGroup | undefined = groupServing(groups, id)
    const isTyped = group && group.kind !== 'demo' && (group.models.length === 0 || group.more !== undefined)
    return isTyped ? [{ id, name: nameIn(groups, id), note: group.name }] : []
  })
  if (models.length === 0) return groups
  const inFront = new Set(models.map(({ id }) => id))
  const rest = groups
    .map((group) => ({ ...group, models: group.models.filter(({ id }) => !inFront.has(id)) }))
    // One whose models are all in front has nothing left to say.
    .filter(
      ({ models: left, problem, more }, place) =>
        left.length > 0 || problem || more || groups[place]?.models.length === 0,
    )
  return [{ providerId: 'recent', name: 'Recent', kind: 'own', models, problem: null, selection: true }, ...rest]
}

/** The groups without the models that are for other tasks than chat; `kept`, the one that is chosen, stays. */
export function onlyChat(groups: ListedGroup[], kept: string | null): ListedGroup[] {
  return groups.map((group) => ({
    ...group,
    models: group.models.filter(({ id, otherTask }) => !otherTask || id === kept),
  }))
}

/**
 * A model that is in no list and is used by the id that was typed: at every provider that lists nothing, and at all of
 * them when no model has that name.
 */
export function typedModels(groups: ListedGroup[], query: string, nothingFound: boolean): ListedGroup['models'] {
  const name = query.trim()
  if (name === '' || /\s/.test(name)) return []
  return groups
    .filter(({ kind, models, selection }) => kind !== 'demo' && !selection && (nothingFound || models.length === 0))
    .flatMap((group) => ({ id: prefixOf(group) + name, name: `Use “${name}” as the model id`, note: group.name }))
}
