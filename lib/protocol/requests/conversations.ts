import 'server-only'
import { z } from 'zod'
import { conversationKind } from '../api'
import { key, name } from './fields'

const kind = z.enum(conversationKind.options, 'is not chat or lab').optional()

/** `GET /api/conversations` */
export const conversationsQuery = z.strictObject({
  kind,
  cursor: key.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
})

/** `POST /api/conversations` */
export const newConversation = z.strictObject({ title: name.optional(), model: name.optional(), kind })
export type NewConversation = z.input<typeof newConversation>

/** `GET /api/conversations/{id}`: all messages, or only the `newest` so many. */
export const conversationQuery = z.strictObject({ newest: z.coerce.number().int().min(1).max(500).optional() })

/** `PATCH /api/conversations/{id}`. `deleted: false` restores it. */
export const conversationChange = z.strictObject({
  title: name.optional(),
  model: name.optional(),
  deleted: z.literal(false).optional(),
})
export type ConversationChange = z.input<typeof conversationChange>
