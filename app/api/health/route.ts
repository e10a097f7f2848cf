import { engine } from '@/lib/database/client'
import { databaseAnswers } from '@/lib/database/health'
import { json } from '@/lib/http/endpoint'
import { runs } from '@/lib/runs/runs'

/** Whether this instance can serve; `draining` while it shuts down. Open to everyone, since it reveals nothing about anyone. */
export async function GET(): Promise<Response> {
  const database = await databaseAnswers()
  const status = runs().closing ? 'draining' : database ? 'ok' : 'unavailable'
  // While Redis is unreachable, other instances read a running reply from the database: later, but completely.
  const resume = runs().feed?.up === false ? 'degraded' : 'ok'
  return json({ status, database, engine: engine(), resume }, { status: status === 'ok' ? 200 : 503 })
}
