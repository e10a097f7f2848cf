import { endpoint } from '@/lib/http/endpoint'
import { tickStream } from '@/lib/http/ticks'

/** Streams events at even intervals, for a client to test whether its connection buffers. */
export const GET = endpoint(() => tickStream())
