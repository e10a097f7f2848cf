import { config } from '@/lib/config'
import { openEndpoint, signInFirst } from '@/lib/http/endpoint'
import { metrics } from '@/lib/metrics'
import { sameSecret } from '@/lib/secret'

/** What this process counts, for Prometheus, which gives RILL_METRICS_TOKEN as its bearer token where a password is set. */
export const GET = openEndpoint(async (request, { principal }) => {
  const { metricsToken } = config()
  const given = request.headers.get('authorization')?.replace(/^Bearer /i, '') ?? ''
  if (principal === null && !(metricsToken && sameSecret(given, metricsToken))) throw signInFirst()
  const { registry } = metrics()
  return new Response(await registry.metrics(), {
    headers: { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' },
  })
})
