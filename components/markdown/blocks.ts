import { Lexer, type Token, type Tokens } from 'marked'

/** One block of a reply: a paragraph, a list, a table. `raw` is what it was written as. */
export interface Block {
  raw: string
  /** A code block, fenced or indented, needs no parsing beyond this. */
  code: { language: string; text: string } | null
  isTable: boolean
  /** A list is shown item by item: only the one that grows has to be parsed again. */
  list: { ordered: boolean; start: number; items: string[] } | null
}

export interface Split {
  text: string
  blocks: Block[]
  /** Where in `text` the blocks start, as far as that is sure: the lexer rewrites some white space as it reads. */
  starts: number[]
  /** Definitions of link references, `[name]: address`, found so far: they hold for every block. */
  definitions: Map<string, string>
}

export const nothing: Split = { text: '', blocks: [], starts: [], definitions: new Map() }

/**
 * Splits a reply into blocks. With the split of a text that this one continues, only its end is read again:
 * more text can change no block but the last two (the last, and a list or quote that a blank line left open),
 * and blocks that stand keep their identity.
 */
export function split(reply: string, before: Split = nothing): Split {
  const text = reply.replaceAll('\r\n', '\n')
  const continues = before.text !== '' && text.startsWith(before.text)
  if (continues && text.length === before.text.length) return before
  const known = continues ? before : nothing
  const kept = Math.max(0, Math.min(known.blocks.length - 2, known.starts.length - 1))
  let at = known.starts[kept] ?? 0
  const blocks = known.blocks.slice(0, kept)
  const starts = known.starts.slice(0, kept)
  const definitions = new Map(known.definitions)
  let sure = true
  for (const token of new Lexer({ gfm: true }).blockTokens(text.slice(at))) {
    const written = text.slice(at, at + token.raw.length)
    sure &&= written.trim() === token.raw.trim()
    if (token.type === 'def') definitions.set(String(token.tag), token.raw.trim())
    if (token.type !== 'space' && token.type !== 'def') {
      blocks.push(blockOf(token))
      if (sure) starts.push(at)
    }
    at += token.raw.length
  }
  return { text, blocks, starts, definitions }
}

function blockOf(token: Token): Block {
  return {
    raw: token.raw,
    code: isCode(token) ? { language: languageOf(token.lang ?? ''), text: token.text } : null,
    isTable: token.type === 'table',
    list: isList(token) ? listOf(token) : null,
  }
}

function listOf({ ordered, start, items }: Tokens.List): Block['list'] {
  return { ordered, start: Number(start), items: items.map((item) => item.raw.trimEnd()) }
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === 'code'
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list'
}

/** The first word after the fence, if it can be the name of a language. */
function languageOf(info: string): string {
  return info.match(/^[\w+#.-]{1,30}/)?.[0] ?? ''
}
