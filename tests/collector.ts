import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import * as z from 'zod'

const value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
  z.object({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
  z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
])
const attributes = z
  .array(z.object({ key: z.string(), value: z.unknown() }))
  .transform((pairs) =>
    Object.fromEntries(pairs.map((pair) => [pair.key, value.safeParse(pair.value).data ?? pair.value])),
  )
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes,
  events: z.array(z.object({ name: z.string(), attributes })),
  status: z.object({ code: z.number() }),
})
const request = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: z.array(span) })) }),
  ),
})

export type CollectedSpan = z.output<typeof span>

/** A collector of OpenTelemetry's traces: OTLP over HTTP, in JSON. */
export interface Collector {
  url: string
  spans: CollectedSpan[]
  /** The `service.name` that the spans came with. */
  services: Set<unknown>
  /** All that was sent, as it was sent. */
  sent(): string
  stop(): Promise<void>
}

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = []
  const spans: CollectedSpan[] = []
  const services = new Set<unknown>()
  const server = createServer(async (incoming, response) => {
    const body = await text(incoming)
    bodies.push(`${incoming.url} ${JSON.stringify(incoming.headers)} ${body}`)
    for (const { resource, scopeSpans } of request.parse(JSON.parse(body)).resourceSpans) {
      services.add(resource.attributes['service.name'])
      spans.push(...scopeSpans.flatMap((scope) => scope.spans))
    }
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    services,
    sent: () => bodies.join('\n'),
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
