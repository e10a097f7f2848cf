import { endpoint } from '@/lib/http/endpoint'
import { tickStream } from '@/lib/http/ticks'

/** The self-test of a connection: events at an even pace, to be timed where they arrive. */
export const GET = endpoint(() => tickStream())
