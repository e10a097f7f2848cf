import 'server-only'
import type { z } from 'zod'
import { badRequest, Refused } from '@/lib/refused'

/** The largest JSON body, in bytes. */
export const BODY_LIMIT = 1024 * 1024

/**
 * Reads and parses a JSON body.
 * @throws {Refused} 413 over the limit, 415 for another content type, 400 for invalid JSON or a value that doesn't match
 * the schema; the message names the field.
 */
export async function readJson<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  // Browsers need a preflight to send this type to another site, so requiring it keeps cross-site forms out.
  if (!request.headers.get('content-type')?.toLowerCase().startsWith('application/json')) {
    throw new Refused(415, {
      kind: 'bad_request',
      message: 'Send JSON, with the header Content-Type: application/json.',
    })
  }
  return validated(schema, parsedJson(await readText(request)))
}

/** Parses the query string. @throws {Refused} 400 that names the parameter. */
export function readQuery<S extends z.ZodType>(request: Request, schema: S): z.output<S> {
  return validated(schema, Object.fromEntries(new URL(request.url).searchParams))
}

function validated<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join('.') || 'body'
  throw badRequest(
    field,
    `${field}: ${unknown === undefined ? (issue?.message ?? 'isn’t valid') : 'isn’t a known field'}`,
  )
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('body', 'The body isn’t valid JSON.')
  }
}

/** Reads the body. A body that ends early is the client's fault, not a 500. */
async function readText(request: Request): Promise<string> {
  try {
    return await limitedText(request)
  } catch (error) {
    if (error instanceof Refused) throw error
    throw badRequest('body', 'The connection closed before the whole request arrived. Send it again.')
  }
}

async function limitedText(request: Request): Promise<string> {
  const announced = request.headers.get('content-length')
  if (Number(announced) > BODY_LIMIT) throw tooLarge()
  // Node reads at most the announced length, so only a chunked body has to be counted.
  if (announced !== null) return await request.text()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const reader = request.body?.getReader()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.byteLength
    if (size > BODY_LIMIT) {
      await reader?.cancel()
      throw tooLarge()
    }
    text += decoder.decode(read.value, { stream: true })
  }
  return text + decoder.decode()
}

function tooLarge(): Refused {
  return new Refused(413, {
    kind: 'bad_request',
    field: 'body',
    message: 'This is too long: a request can be at most 1 MB. Shorten the text, or send it in parts.',
  })
}
