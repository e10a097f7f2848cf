import type { ModelGroup } from '@/lib/protocol/api'
import { groupServing, nameIn, prefixOf } from '@/lib/protocol/references'

/** A group in the list of models. */
export interface ListedGroup extends ModelGroup {
  /** `note` is shown next to a model's name. */
  models: (ModelGroup['models'][number] & { note?: string })[]
  /** Not a provider but a selection of models, which takes no typed model ids. */
  selection?: boolean
}

/**
 * The models that match every word of the query, in their name or the provider's. An empty query keeps all groups,
 * including those with only a problem.
 */
export function filterModels(groups: ListedGroup[], query: string): ListedGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return groups
  return groups
    .map((group) => ({
      ...group,
      models: group.models.filter((model) => {
        const searched = `${group.name} ${model.name}`.toLowerCase()
        return words.every((word) => searched.includes(word))
      }),
    }))
    .filter((group) => group.models.length > 0)
}

/** Up to this many models, the list is short enough without a group of recent ones. */
const FEW_MODELS = 8

/** Adds a group of recently used models in front. It includes typed model ids, which are in no list. */
export function recentFirst(groups: ListedGroup[], recent: string[]): ListedGroup[] {
  const listed = new Map(groups.flatMap((group) => group.models.map((model) => [model.id, { model, group }])))
  const isLong = listed.size > FEW_MODELS
  const models = recent.flatMap((id) => {
    const known = listed.get(id)
    if (known) return isLong ? [{ ...known.model, note: known.group.name }] : []
    const group: ListedGroup | undefined = groupServing(groups, id)
    const isTyped = group && group.kind !== 'demo' && (group.models.length === 0 || group.more !== undefined)
    return isTyped ? [{ id, name: nameIn(groups, id), note: group.name }] : []
  })
  if (models.length === 0) return groups
  const recentIds = new Set(models.map(({ id }) => id))
  const rest = groups
    .map((group) => ({ ...group, models: group.models.filter(({ id }) => !recentIds.has(id)) }))
    // Drop a provider whose models are all in the recent group.
    .filter(
      ({ models: left, problem, more }, index) =>
        left.length > 0 || problem || more || groups[index]?.models.length === 0,
    )
  return [{ providerId: 'recent', name: 'Recent', kind: 'own', models, problem: null, selection: true }, ...rest]
}

/** Leaves out models that aren't for chat, except the chosen one. */
export function onlyChat(groups: ListedGroup[], chosen: string | null): ListedGroup[] {
  return groups.map((group) => ({
    ...group,
    models: group.models.filter(({ id, otherTask }) => !otherTask || id === chosen),
  }))
}

/** Offers the query as a model id: for providers without a list, and for all if no listed model matches. */
export function typedModels(groups: ListedGroup[], query: string, nothingFound: boolean): ListedGroup['models'] {
  const name = query.trim()
  if (name === '' || /\s/.test(name)) return []
  return groups
    .filter(({ kind, models, selection }) => kind !== 'demo' && !selection && (nothingFound || models.length === 0))
    .flatMap((group) => ({ id: prefixOf(group) + name, name: `Use “${name}” as the model id`, note: group.name }))
}
