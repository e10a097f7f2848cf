import 'server-only'
import { z } from 'zod'
import { MAX_PROMPT_LENGTH } from '@/lib/protocol/prompts'
import { isBlank } from '@/lib/protocol/unanswered'

/** Text to look rows up by. Postgres fails on U+0000, and no row holds one. */
export const key = z.string().refine((text) => !text.includes('\u0000'), 'has a character that isn’t allowed')

/** The id of a row. Any short text is valid: an unknown id is a 404. */
export const rowId = key.min(1).max(64)

/** A prompt or an instruction. U+0000 is removed, since Postgres can't store it. */
export const promptText = z
  .string()
  .max(MAX_PROMPT_LENGTH, 'is longer than 100,000 characters. Shorten it, or send it in parts')
  .transform((text) => text.replaceAll('\u0000', ''))
  .refine((text) => !isBlank(text), 'is empty. Write something first')

/** The name of a model, a conversation or a provider, on one line. */
export const name = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(200, 'is longer than 200 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'has control characters')
