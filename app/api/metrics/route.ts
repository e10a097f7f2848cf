import { config } from '@/lib/config'
import { openEndpoint, signInRequired } from '@/lib/http/endpoint'
import { metrics } from '@/lib/metrics'
import { Refused } from '@/lib/refused'
import { sameSecret } from '@/lib/secret'

/**
 * This process's metrics, for Prometheus, which sends RILL_METRICS_TOKEN as its bearer token. Signed-in people may read them
 * too, as may everyone in local mode if no token is set.
 */
export const GET = openEndpoint(async (request, { principal }) => {
  const { metricsToken } = config()
  const given = request.headers.get('authorization')?.replace(/^Bearer /i, '') ?? ''
  const allowed = principal?.kind === 'password' || (principal?.kind === 'local' && metricsToken === null)
  if (!allowed && !(metricsToken && sameSecret(given, metricsToken)))
    throw principal === null ? signInRequired() : tokenRequired()
  const { registry } = metrics()
  return new Response(await registry.metrics(), {
    headers: { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' },
  })
})

function tokenRequired(): Refused {
  const message = 'Metrics require a token. Set RILL_METRICS_TOKEN on the server, and send it as the bearer token.'
  return new Refused(401, { kind: 'auth', message })
}
