const maxCharacters = 60
/** Only the beginning of a prompt is searched for a title. */
const maxSearched = 20_000
const maxLine = 1000

const words = /[\p{L}\p{N}\p{Extended_Pictographic}]/u
const blockMarks = /^(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+|\|\s*)+/
const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/

/**
 * The title of a conversation that wasn't renamed: the first line of its first prompt, without Markdown. Fenced code is used
 * only where there is nothing else. Empty when there is no text.
 */
export function titleOf(prompt: string): string {
  const { prose, code } = linesOf(prompt.slice(0, maxSearched))
  const line = firstPlain(prose) ?? code.find(hasWords) ?? prompt.trim().split('\n', 1)[0] ?? ''
  return shortened(line.trim().slice(0, maxLine), maxCharacters)
}

/**
 * A title without Markdown, which those of earlier versions and those that people type may have. A leading number, as in
 * `1. Introduction`, stays.
 */
export function plainTitle(title: string): string {
  const [ordinal = ''] = /^\s*\d{1,9}[.)]\s+/.exec(title) ?? []
  const plain = ordinal.trimStart() + withoutMarks(title.slice(ordinal.length).replace(fence, ''))
  return hasWords(plain) ? plain : title
}

/** Cuts a text that is too long, never within a grapheme. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text
  const characters = Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment)
  const start = characters
    .slice(0, length - 1)
    .join('')
    .trimEnd()
  return characters.length > length ? `${start}…` : text
}

const hasWords = (line: string) => words.test(line)

function firstPlain(lines: string[]): string | undefined {
  for (const line of lines) {
    const plain = withoutMarks(line)
    if (hasWords(plain)) return plain
  }
}

/** The lines of a prompt outside and inside of code fences, without the fences. */
function linesOf(prompt: string): { prose: string[]; code: string[] } {
  const prose: string[] = []
  const code: string[] = []
  let open: string | null = null
  for (const line of prompt.split('\n')) {
    const mark = fence.exec(line)?.[1]
    const closes: boolean = open !== null && mark?.startsWith(open) === true && line.trim() === mark
    if (closes) open = null
    else if (open === null && mark !== undefined) open = mark
    else (open === null ? prose : code).push(line)
  }
  return { prose, code }
}

/** Escaped characters are replaced by private-use ones while Markdown is removed. */
const literal = '*_~[]()`\\'
const hideEscaped = (text: string) =>
  text.replace(/[*_~[\]()`\\]/g, (each) => String.fromCharCode(0xe000 + literal.indexOf(each)))
const restoreEscaped = (text: string) =>
  text.replace(/[\ue000-\ue008]/g, (each) => literal[each.charCodeAt(0) - 0xe000] ?? '')

function withoutMarks(line: string): string {
  const inline = line
    .slice(0, maxLine)
    .trim()
    .replace(/^(#{1,6}\s.*?)\s+#+$/, '$1')
    .replace(blockMarks, '')
    .replace(/\s*\|$/, '')
    .replace(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g, (_, __, code: string) => hideEscaped(code.trim()))
    .replace(/\\([*_~[\]()`\\])/g, (_, each: string) => hideEscaped(each))
    // After a word, brackets are an index: `rows[i][j]`.
    .replace(/(?<![A-Za-z0-9_])!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<((?:https?:\/\/|mailto:)[^\s<>]+)>/g, '$1')
  return restoreEscaped(withoutEmphasis(inline)).replace(/\s+/g, ' ').trim()
}

function withoutEmphasis(text: string): string {
  return (
    text
      // Within words and paths, these are operators, names and globs: `2**3**4`, `snake_case`, `__init__`, `src/**/*.ts`.
      .replace(/(?<![A-Za-z0-9*/])(\*{1,3})(?=[^\s*/])(.+?)(?<=[^\s*])\1(?![A-Za-z0-9*/])/g, '$2')
      .replace(
        /(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_])\1(?![\p{L}\p{N}_])/gu,
        (all, marks, inner: string) => (marks.length === 2 && /^\w+$/.test(inner) ? all : inner),
      )
      .replace(/~~(?=\S)(.+?)(?<=\S)~~/g, '$1')
  )
}
