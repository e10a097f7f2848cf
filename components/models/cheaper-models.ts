import { formatPrice } from '@/components/format/price'
import type { ModelGroup, ModelList } from '@/lib/protocol/api'
import { convert, picosPerToken, type Rate } from '@/lib/protocol/billing/money'
import type { ListedGroup } from './model-filter'
import { modelOf } from './models'

type Model = ModelGroup['models'][number]

/** The usual ratio of input to output tokens in a blended price. */
const INPUT_PER_OUTPUT = 3n

/**
 * Up to `limit` chat models that cost less than `model`, cheapest first, as one group for the list of models. Models
 * without a price are left out; empty if `model` has none.
 */
export function cheaperModels(models: ModelList | null, model: string, rate: Rate, limit: number): ListedGroup[] {
  const maxPrice = blendedPrice(modelOf(models, model), rate)
  if (maxPrice === null) return []
  const cheaper = (models?.groups ?? []).flatMap((group) =>
    group.models.flatMap((candidate) => {
      if (candidate.otherTask) return []
      const price = blendedPrice(candidate, rate)
      return price !== null && price < maxPrice ? [{ price, model: candidate, provider: group.name }] : []
    }),
  )
  if (cheaper.length === 0) return []
  const sorted = cheaper.toSorted((one, other) => Number(one.price - other.price)).slice(0, limit)
  return [
    {
      providerId: 'cheaper',
      name: 'Cheapest first',
      kind: 'own',
      models: sorted.map(({ price, model, provider }) => ({ ...model, note: noteOf(model, provider, price) })),
      problem: null,
      selection: true,
    },
  ]
}

function noteOf({ price }: Model, provider: string, blended: bigint): string {
  return `${provider} · ${blended === 0n || !price ? 'free' : formatPrice(price)}`
}

/** A model's price as one number in the user's currency: picos for a unit of blended tokens. */
function blendedPrice(model: Model | null, rate: Rate): bigint | null {
  if (!model?.price) return null
  const { currency, input, output } = model.price
  const picos = picosPerToken(input) * INPUT_PER_OUTPUT + picosPerToken(output)
  return convert({ picos, currency }, rate)?.picos ?? null
}
