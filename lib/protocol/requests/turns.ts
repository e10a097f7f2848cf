import 'server-only'
import { z } from 'zod'
import { MOST_MODELS_ASKED } from '../billing/budgets'
import { MAX_PROMPT_LENGTH } from '../prompts'
import { key, name, promptText, rowId } from './fields'

/** A person's settings for one reply. */
const turnSettings = z.strictObject({
  system: promptText.optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.int().positive().optional(),
})

/** Made by the client: the same one again returns the same generation. */
const turnId = key.min(1).max(100)

/** `POST /api/chat` */
export const chatRequest = z.strictObject({
  conversationId: rowId.optional(),
  parentId: rowId.nullable().optional(),
  turnId,
  text: promptText,
  model: name.optional(),
  settings: turnSettings.optional(),
  stream: z.boolean().default(true),
})
export type ChatRequest = z.input<typeof chatRequest>

/** `POST /api/generations/{id}/continue` and `/regenerate` */
export const regenerateRequest = z.strictObject({
  turnId,
  model: name.optional(),
  maxTokens: turnSettings.shape.maxTokens,
  stream: z.boolean().default(true),
})
export type RegenerateRequest = z.input<typeof regenerateRequest>

/** `POST /api/estimate`. The text may be blank: it is a draft. */
export const estimateRequest = z.strictObject({
  conversationId: rowId.optional(),
  parentId: rowId.nullable().optional(),
  text: z.string().max(MAX_PROMPT_LENGTH, 'is longer than 100,000 characters'),
  model: name.optional(),
  settings: turnSettings.optional(),
})
export type EstimateRequest = z.input<typeof estimateRequest>

/** `POST /api/generations/{id}/models` */
export const fittingModelsRequest = z.strictObject({ models: z.array(name).max(MOST_MODELS_ASKED) })
export type FittingModelsRequest = z.input<typeof fittingModelsRequest>
