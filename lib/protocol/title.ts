const maxCharacters = 60
/** A title is made of the beginning of a prompt, however long that is. */
const maxLooked = 20_000
const maxLine = 1000

const words = /[\p{L}\p{N}\p{Extended_Pictographic}]/u
const blockMarks = /^(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+|\|\s*)+/
const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/

/**
 * The title that a conversation has until somebody gives it another: the first words of its first prompt, without the
 * marks of Markdown. Code in fences counts only where there is nothing else. Empty when there is no text.
 */
export function titleOf(prompt: string): string {
  const { prose, code } = linesOf(prompt.slice(0, maxLooked))
  const line = firstPlain(prose) ?? code.find(hasWords) ?? prompt.trim().split('\n', 1)[0] ?? ''
  return shortened(line.trim().slice(0, maxLine), maxCharacters)
}

/**
 * A title as it is shown: those of earlier versions, and those that people write, may hold marks of Markdown. A number in
 * front stays: whoever writes `1. Introduction` means it.
 */
export function plainTitle(title: string): string {
  const [ordinal = ''] = /^\s*\d{1,9}[.)]\s+/.exec(title) ?? []
  const plain = ordinal.trimStart() + withoutMarks(title.slice(ordinal.length).replace(fence, ''))
  return hasWords(plain) ? plain : title
}

/** A text that is cut where it is too long, never within what is read as one character. */
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

/** The lines of a prompt outside and inside of fences; the fences themselves are left away. */
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

/** Characters that mean nothing where they stand are put away while marks are looked for, each as one of its own. */
const literal = '*_~[]()`\\'
const putAway = (text: string) =>
  text.replace(/[*_~[\]()`\\]/g, (each) => String.fromCharCode(0xe000 + literal.indexOf(each)))
const broughtBack = (text: string) =>
  text.replace(/[\ue000-\ue008]/g, (each) => literal[each.charCodeAt(0) - 0xe000] ?? '')

function withoutMarks(line: string): string {
  const inline = line
    .slice(0, maxLine)
    .trim()
    .replace(/^(#{1,6}\s.*?)\s+#+$/, '$1')
    .replace(blockMarks, '')
    .replace(/\s*\|$/, '')
    .replace(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g, (_, __, code: string) => putAway(code.trim()))
    .replace(/\\([*_~[\]()`\\])/g, (_, each: string) => putAway(each))
    // After a word it is an index: `rows[i][j]`.
    .replace(/(?<![A-Za-z0-9_])!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<((?:https?:\/\/|mailto:)[^\s<>]+)>/g, '$1')
  return broughtBack(withoutEmphasis(inline)).replace(/\s+/g, ' ').trim()
}

function withoutEmphasis(text: string): string {
  return (
    text
      // Within words and paths these are operators, names and globs: `2**3**4`, `snake_case`, `__init__`, `src/**/*.ts`.
      .replace(/(?<![A-Za-z0-9*/])(\*{1,3})(?=[^\s*/])(.+?)(?<=[^\s*])\1(?![A-Za-z0-9*/])/g, '$2')
      .replace(
        /(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_])\1(?![\p{L}\p{N}_])/gu,
        (all, marks, inner: string) => (marks.length === 2 && /^\w+$/.test(inner) ? all : inner),
      )
      .replace(/~~(?=\S)(.+?)(?<=\S)~~/g, '$1')
  )
}
