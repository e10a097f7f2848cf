import { engine } from '@/lib/database/client'
import { databaseAnswers } from '@/lib/database/health'
import { json } from '@/lib/http/endpoint'
import { runs } from '@/lib/runs/runs'

/** Whether this instance can serve; `draining` when it is about to end and should be sent nobody. Open to everybody, since it tells nothing about anybody. */
export async function GET(): Promise<Response> {
  const database = await databaseAnswers()
  const status = runs().closing ? 'draining' : database ? 'ok' : 'unavailable'
  // Without Redis at hand, other instances read a running answer from the database: it comes later, and none of it is lost.
  const resume = runs().feed?.up === false ? 'degraded' : 'ok'
  return json({ status, database, engine: engine(), resume }, { status: status === 'ok' ? 200 : 503 })
}
