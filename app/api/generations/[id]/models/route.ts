import { ownedGeneration } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { fittingModelsRequest } from '@/lib/protocol/requests/turns'
import { modelsThatFit } from '@/lib/runs/start/regenerate'

/** Which of the given models could continue a reply within the person's budgets. */
export const POST = endpoint<{ id: string }>(
  async (request, { principal, params }) => {
    const { models } = await readJson(request, fittingModelsRequest)
    const row = await ownedGeneration(params.id, principal.ownerId)
    return json({ models: await modelsThatFit(row, models) })
  },
  { limit: 'costly' },
)
