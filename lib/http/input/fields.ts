import 'server-only'
import { z } from 'zod'
import { MAX_PROMPT_LENGTH } from '@/lib/protocol/prompts'
import { isBlank } from '@/lib/protocol/unanswered'

/** Text that rows are looked up by. No row of ours holds U+0000, and Postgres fails when it is asked for one. */
export const key = z.string().refine((text) => !text.includes('\u0000'), 'has a character that isn’t allowed')

/** An id of one of our rows. Any short text will do: one that names no row is a 404. */
export const rowId = key.min(1).max(64)

/** A prompt or an instruction. Postgres text holds no U+0000, and nobody means one. */
export const promptText = z
  .string()
  .max(MAX_PROMPT_LENGTH, 'is longer than 100,000 characters. Shorten it, or send it in parts')
  .transform((text) => text.replaceAll('\u0000', ''))
  .refine((text) => !isBlank(text), 'is empty. Write something first')

/** A name on one line: of a model, a conversation, a provider. */
export const name = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(200, 'is longer than 200 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'has control characters')
