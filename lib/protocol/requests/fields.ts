import 'server-only'
import { z } from 'zod'
import { MAX_PROMPT_LENGTH } from '../prompts'
import { isBlank } from '../unanswered'

/*
 * The schemas of requests stand here once: the server parses with them, and the browser takes its types from them with
 * `import type`, because this zod and its messages are too large for the first load.
 */

/** Text that rows are looked up by. U+0000 is refused: Postgres text can't hold it. */
export const key = z.string().refine((text) => !text.includes('\u0000'), 'has a character that isn’t allowed')

/** A row's id. Any short text will do: one that names no row is a 404. */
export const rowId = key.min(1).max(64)

/** A prompt or an instruction, without U+0000, which Postgres text can't hold. */
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
