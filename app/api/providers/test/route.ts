import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { name, rowId } from '@/lib/http/input/fields'
import { providerForm } from '@/lib/http/input/provider-form'
import { tryProvider } from '@/lib/providers/trial'

const trialForm = providerForm.extend({ id: rowId.optional(), model: name.optional() })

/** Tests the provider in the form: lists its models and streams one short reply. */
export const POST = endpoint(
  async (request, { principal }) => json(await tryProvider(principal.ownerId, await readJson(request, trialForm))),
  { limit: 'test' },
)
