import katex from 'katex'

export interface FormulaSource {
  tex: string
  display: boolean
}

/** What the page can render at once. */
const MAX_HTML_CHARACTERS = 400_000
/** The limit for a short source, plus an allowance for each character of a long one. */
const BASE_HTML_CHARACTERS = 20_000
const HTML_PER_CHARACTER = 250
/** In nested elements: about thirty fractions. The browser's parser gives up at 512. */
const MAX_DEPTH = 250

/** The HTML of a formula; null when it is invalid or too large. */
export function typeset({ tex, display }: FormulaSource): string | null {
  try {
    // KaTeX's error messages may repeat the source, so the source is shown instead.
    const html = katex.renderToString(display ? inRows(tex) : tex, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      maxExpand: 200,
      maxSize: 20,
      strict: 'ignore',
    })
    const most = Math.min(MAX_HTML_CHARACTERS, BASE_HTML_CHARACTERS + HTML_PER_CHARACTER * tex.length)
    return html.length <= most && depthOf(html) <= MAX_DEPTH ? html : null
  } catch {
    return null
  }
}

/** Formulas that blank lines separate are rows, unless one continues in the next. */
function inRows(tex: string): string {
  const rows = tex.split(/\n\s*\n/).map((row) => row.trim())
  const areWhole = rows.every((row) => isBalanced(row) && !/(?:^[-+*/=<>&^_]|[-+*/=<>&^_,]$|\\\\$|\\tag\b)/.test(row))
  return rows.length > 1 && areWhole ? `\\begin{gathered}${rows.join(' \\\\ ')}\\end{gathered}` : tex
}

function isBalanced(tex: string): boolean {
  const count = (pattern: RegExp) => tex.match(pattern)?.length ?? 0
  return (
    count(/(?<!\\)\{/g) === count(/(?<!\\)\}/g) &&
    count(/\\begin\b/g) === count(/\\end\b/g) &&
    count(/\\left\b/g) === count(/\\right\b/g)
  )
}

function depthOf(html: string): number {
  let depth = 0
  let most = 0
  for (const [, end, empty] of html.matchAll(/<(\/?)[a-z][^>]*?(\/?)>/g)) {
    if (end) depth--
    else if (!empty) most = Math.max(most, ++depth)
  }
  return most
}
