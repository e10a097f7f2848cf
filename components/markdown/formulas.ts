/** The HTML of a formula; null when it is none. */
export type Render = (tex: string, display: boolean) => string | null

let fetched: Promise<Render> | null = null

/** Fetches what sets formulas. A fetch that failed is tried again by the next call. */
export function wantFormulas(): Promise<Render> {
  fetched ??= fetchFormulas()
  fetched.catch(() => {
    fetched = null
  })
  return fetched
}

async function fetchFormulas(): Promise<Render> {
  const [{ default: katex }] = await Promise.all([import('katex'), import('./katex-styles')])
  const known = new Map<string, string | null>()
  return (tex, display) => {
    const key = `${display}${tex}`
    const before = known.get(key)
    if (before !== undefined) return before
    const html = rendered(tex, display)
    if (known.size > 500) known.clear()
    known.set(key, html)
    return html
  }

  function rendered(tex: string, displayMode: boolean): string | null {
    try {
      // What it says of a faulty formula may repeat it: the source is shown instead.
      return katex.renderToString(tex, {
        displayMode,
        throwOnError: true,
        trust: false,
        maxExpand: 200,
        maxSize: 20,
        strict: 'ignore',
      })
    } catch {
      return null
    }
  }
}
