import { formatPrice } from '@/components/format/price'
import type { ModelGroup, ModelList } from '@/lib/protocol/api'
import { convert, picosPerToken, type Rate } from '@/lib/protocol/billing/money'
import type { ListedGroup } from './model-filter'
import { modelOf } from './models'

type Model = ModelGroup['models'][number]

/** Prompts are longer than what answers them: the field reckons three tokens in for one out. */
const TOKENS_IN_PER_OUT = 3n

/**
 * The models that cost less than one, the cheapest first and no more than `most`, as one group for the list of models. Empty when the price of
 * that one is unknown; one whose price nobody knows is not taken for cheap.
 */
export function cheaperModels(models: ModelList | null, than: string, rate: Rate, most: number): ListedGroup[] {
  const limit = blended(modelOf(models, than), rate)
  if (limit === null) return []
  const found = (models?.groups ?? []).flatMap((group) =>
    group.models.flatMap((model) => {
      if (model.otherTask) return []
      const cost = blended(model, rate)
      return cost !== null && cost < limit ? [{ cost, model, provider: group.name }] : []
    }),
  )
  if (found.length === 0) return []
  const sorted = found.toSorted((one, other) => Number(one.cost - other.cost)).slice(0, most)
  return [
    {
      providerId: 'cheaper',
      name: 'Cheapest first',
      kind: 'own',
      models: sorted.map(({ cost, model, provider }) => ({ ...model, note: noteOf(model, provider, cost) })),
      problem: null,
      selection: true,
    },
  ]
}

function noteOf({ price }: Model, provider: string, cost: bigint): string {
  return `${provider} · ${cost === 0n || !price ? 'free' : formatPrice(price)}`
}

/** What a model costs in one figure, in the person's currency. */
function blended(model: Model | null, rate: Rate): bigint | null {
  if (!model?.price) return null
  const { currency, input, output } = model.price
  const picos = picosPerToken(input) * TOKENS_IN_PER_OUT + picosPerToken(output)
  return convert({ picos, currency }, rate)?.picos ?? null
}
