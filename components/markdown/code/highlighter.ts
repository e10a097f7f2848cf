import type { GrammarState, HighlighterCore } from 'shiki/core'
import { fetchGrammar, type Grammar } from './languages'
import type { Token } from './messages'

/** Colours one line, given where the lines before it have led; and where it leads. */
export type LineHighlighter = (
  line: string,
  before: GrammarState | undefined,
) => { tokens: Token[]; after: GrammarState | undefined }

const THEME = 'rill'
/** In characters. A longer line is data, not code that somebody reads. */
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

/** Fetches what colours a language. */
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
      // The first line compiles the grammar. A line that was given up half-way would have all after it in the wrong colour.
      tokenizeTimeLimit: 0,
    })
    const after = highlighter.getLastGrammarState(lines)
    const [tokens = []] = lines
    return { tokens: tokens.map(({ content, color = '' }) => ({ text: content, kind: kindOf(color) })), after }
  }
}

/** The theme's colours are names, which markdown.css gives their colours in the light and in the dark. */
function kindOf(color: string): string {
  return color.match(/^var\(--code-token-([a-z-]+)\)$/)?.[1] ?? ''
}
