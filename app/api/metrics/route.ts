import { config } from '@/lib/config'
import { openEndpoint, signInFirst } from '@/lib/http/endpoint'
import { metrics } from '@/lib/metrics'
import { Refused } from '@/lib/refused'
import { sameSecret } from '@/lib/secret'

/**
 * What this process counts, for Prometheus, which gives RILL_METRICS_TOKEN as its bearer token. Signed-in people see it too,
 * and so does everybody on a local Rill that has no such token.
 */
export const GET = openEndpoint(async (request, { principal }) => {
  const { metricsToken } = config()
  const given = request.headers.get('authorization')?.replace(/^Bearer /i, '') ?? ''
  const known = principal?.kind === 'password' || (principal?.kind === 'local' && metricsToken === null)
  if (!known && !(metricsToken && sameSecret(given, metricsToken)))
    throw principal === null ? signInFirst() : tokenFirst()
  const { registry } = metrics()
  return new Response(await registry.metrics(), {
    headers: { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' },
  })
})

function tokenFirst(): Refused {
  const message = 'Metrics require a token. Set RILL_METRICS_TOKEN on the server, and send it as the bearer token.'
  return new Refused(401, { kind: 'auth', message })
}
