import type { GrammarState, HighlighterCore } from 'shiki/core'
import { fetchGrammar, type Grammar } from './languages'
import type { Token } from './messages'

/** Highlights a line from the grammar state before it, and returns the state after it. */
export type LineHighlighter = (
  line: string,
  before: GrammarState | undefined,
) => { tokens: Token[]; after: GrammarState | undefined }

const THEME = 'rill'
/** A longer line is data that nobody reads as code. */
const MAX_LINE_CHARACTERS = 1000

let core: Promise<HighlighterCore> | null = null

async function startCore(): Promise<HighlighterCore> {
  const [{ createHighlighterCore, createCssVariablesTheme }, { createJavaScriptRegexEngine }] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ])
  const theme = createCssVariablesTheme({ name: THEME, variablePrefix: '--code-' })
  return await createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  })
}

/** Fetches the highlighter of a language. */
export async function highlighterFor(grammar: Grammar): Promise<LineHighlighter> {
  core ??= startCore()
  core.catch(() => {
    core = null
  })
  const highlighter = await core
  if (!highlighter.getLoadedLanguages().includes(grammar)) await highlighter.loadLanguage(fetchGrammar(grammar))
  return (line, before) => {
    if (line.length > MAX_LINE_CHARACTERS) return { tokens: [{ text: line, kind: '' }], after: before }
    const lines = highlighter.codeToTokensBase(line, {
      lang: grammar,
      theme: THEME,
      grammarState: before,
      // No limit: the first line also compiles the grammar, and a line that was cut short would miscolor all that
      // follow.
      tokenizeTimeLimit: 0,
    })
    const after = highlighter.getLastGrammarState(lines)
    const [tokens = []] = lines
    return { tokens: tokens.map(({ content, color = '' }) => ({ text: content, kind: kindOf(color) })), after }
  }
}

/** The theme's colors are the names of CSS variables; code.css sets the colors for light and dark. */
function kindOf(color: string): string {
  return color.match(/^var\(--code-token-([a-z-]+)\)$/)?.[1] ?? ''
}
