// The least a Next route handler can do: the upstream's body is the response's body.
export const dynamic = 'force-dynamic'

export async function POST(request) {
  const upstream = await fetch(`${process.env.UPSTREAM}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: await request.text(),
    signal: request.signal,
    cache: 'no-store',
  })
  return new Response(upstream.body, {
    status: upstream.status,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' },
  })
}
