/** Next calls this once when the server starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { watchPeers } = await import('@/lib/http/address')
  watchPeers()
  const { openServer } = await import('@/lib/server/open-server')
  await openServer()
}
