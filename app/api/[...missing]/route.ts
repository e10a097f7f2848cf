import { endpoint } from '@/lib/http/endpoint'
import { notFound } from '@/lib/refused'

const missing = endpoint<{ missing: string[] }>(() => {
  throw notFound('address')
})

/** Any other address under /api answers as endpoints do, not with a page. */
export { missing as DELETE, missing as GET, missing as PATCH, missing as POST, missing as PUT }
