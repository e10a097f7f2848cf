import 'server-only'
import { z } from 'zod'
import { isTimeZone } from '../billing/days'
import { isCurrency, isRate } from '../billing/money'
import { name } from './fields'

/** Settings as the page last saw them: the change is refused when one has changed since. */
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

/** `PATCH /api/settings` */
export const settingsChange = z
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
export type SettingsChange = z.input<typeof settingsChange>
