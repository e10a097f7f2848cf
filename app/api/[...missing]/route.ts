import { endpoint } from '@/lib/http/endpoint'
import { notFound } from '@/lib/refused'

const missing = endpoint<{ missing: string[] }>(() => {
  throw notFound('address')
})

/** Unknown addresses under /api get the response of an endpoint, not a page. */
export { missing as DELETE, missing as GET, missing as PATCH, missing as POST, missing as PUT }
