import { z } from 'zod'
import { ownedGeneration } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { name } from '@/lib/http/input/fields'
import { MOST_MODELS_ASKED } from '@/lib/protocol/billing/budgets'
import { modelsThatFit } from '@/lib/runs/start/regenerate'

const asked = z.strictObject({ models: z.array(name).max(MOST_MODELS_ASKED) })

/** Which of the given models could continue a reply within the person's budgets. */
export const POST = endpoint<{ id: string }>(
  async (request, { principal, params }) => {
    const { models } = await readJson(request, asked)
    const row = await ownedGeneration(params.id, principal.ownerId)
    return json({ models: await modelsThatFit(row, models) })
  },
  { limit: 'costly' },
)
