import { z } from 'zod'
import { changeSettings, settingsOf } from '@/lib/database/accounts/settings'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { name } from '@/lib/http/input/fields'
import { isTimeZone } from '@/lib/protocol/billing/days'
import { isCurrency, isRate } from '@/lib/protocol/billing/money'

/** The values that the page showed, to detect changes from elsewhere. */
const seen = z
  .strictObject({
    theme: z.string(),
    enterSends: z.boolean(),
    defaultModel: z.string().nullable(),
    currency: z.string(),
    exchangeRate: z.string(),
    timeZone: z.string(),
  })
  .partial()

const change = z
  .strictObject({
    seen: seen.optional(),
    theme: z.enum(['system', 'light', 'dark']).optional(),
    enterSends: z.boolean().optional(),
    defaultModel: name.nullable().optional(),
    currency: z.string().refine(isCurrency, 'isn’t a currency').optional(),
    exchangeRate: z.string().refine(isRate, 'isn’t a rate: enter a number above 0, e.g. 88.50').optional(),
    timeZone: z
      .string()
      .max(100)
      .refine(isTimeZone, 'isn’t a time zone. Use its IANA name, e.g. Asia/Kolkata')
      .optional(),
  })
  .refine(({ currency, exchangeRate }) => (currency === undefined) === (exchangeRate === undefined), {
    path: ['exchangeRate'],
    message: 'goes with a currency: send both',
  })

/** The person's settings. */
export const GET = endpoint(async (_request, { principal }) => json(await settingsOf(principal.ownerId)))

/** Changes some settings, unless one has changed since the person saw it. Responds with all settings. */
export const PATCH = endpoint(async (request, { principal }) => {
  const { seen, ...changes } = await readJson(request, change)
  return json(await changeSettings(principal.ownerId, changes, seen))
})
