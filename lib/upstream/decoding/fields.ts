import 'server-only'

export type Fields = Record<string, unknown>

/** Whether a parsed value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
