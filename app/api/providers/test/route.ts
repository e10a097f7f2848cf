import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { providerTestForm } from '@/lib/http/input/provider-form'
import { testProvider } from '@/lib/providers/test-provider'

/** Tests the provider in the form: lists its models and streams one short reply. */
export const POST = endpoint(
  async (request, { principal }) =>
    json(await testProvider(principal.ownerId, await readJson(request, providerTestForm))),
  { limit: 'test' },
)
