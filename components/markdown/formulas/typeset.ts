import katex from 'katex'

export interface FormulaSource {
  tex: string
  display: boolean
}

/** In characters: what the page can take in at once. */
const MAX_HTML_CHARACTERS = 400_000
/** In characters: what a short text may come to, and each character of a long one on top of that. */
const BASE_HTML_CHARACTERS = 20_000
const HTML_PER_CHARACTER = 250
/** In elements, one in another. Some thirty fractions; the browser's parser gives up at 512. */
const MAX_DEPTH = 250

/** The HTML of a formula; null when it is none, or more than somebody reads. */
export function typeset({ tex, display }: FormulaSource): string | null {
  try {
    // What it says of a faulty formula may repeat it: the source is shown instead.
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

/** What blank lines part are formulas of their own, one under the other, unless one of them goes on in the next. */
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
