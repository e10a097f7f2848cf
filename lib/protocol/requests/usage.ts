import 'server-only'
import { z } from 'zod'
import { dayOfIso } from '../billing/days'
import { key } from './fields'

const day = key.transform((text, context) => {
  const found = dayOfIso(text)
  if (found !== null) return found
  context.addIssue('isn’t a date, e.g. 2026-07-02')
  return z.NEVER
})

/** `GET /api/usage` */
export const usageQuery = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  model: key.max(300).optional(),
  provider: key.max(300).optional(),
  conversation: key.max(64).optional(),
})
export type UsageQuery = z.output<typeof usageQuery>

/** `GET /api/usage/conversations` */
export const conversationUsageQuery = usageQuery.extend({ cursor: key.max(500).optional() })

/** `GET /api/usage/export` */
export const usageExportQuery = usageQuery.extend({ format: z.enum(['csv', 'json']) })
