import * as z from 'zod/mini'

/** In characters and in milliseconds: what a diagram may be, and take. */
const longest = 20_000
const patience = 15_000

const answer = z.object({ id: z.number(), svg: z.nullable(z.string()) })
const ready = z.object({ ready: z.literal(true) })

/** What runs in the frame beside Mermaid: it draws what it is sent, and knows nothing else. */
const script = `
addEventListener('message', async ({ data: { id, text, theme } }) => {
  let svg = null
  try {
    mermaid.initialize({
      startOnLoad: false, securityLevel: 'strict', suppressErrorRendering: true, theme,
      htmlLabels: false, flowchart: { htmlLabels: false }, maxTextSize: ${longest}, maxEdges: 400,
    })
    svg = (await mermaid.render('diagram' + id, text)).svg
  } catch {}
  parent.postMessage({ id, svg }, '*')
})
parent.postMessage({ ready: true }, '*')
`

let frame: Promise<Window> | null = null
let count = 0
const waiting = new Map<number, (svg: string | null) => void>()

/**
 * Draws a diagram and gives it as SVG, or null when it cannot be drawn. Mermaid runs in a frame that has no origin, no
 * network and no way to the page; what it answers is to be shown as an image, in which nothing runs or loads either.
 */
export async function drawn(text: string, theme: 'default' | 'dark'): Promise<string | null> {
  if (text.length > longest) return null
  frame ??= openFrame()
  frame.catch(() => {
    frame = null
  })
  const target = await frame
  const id = ++count
  return await new Promise((resolve) => {
    const timer = setTimeout(() => settle(null), patience)
    const settle = (svg: string | null) => {
      clearTimeout(timer)
      waiting.delete(id)
      resolve(svg)
    }
    waiting.set(id, settle)
    target.postMessage({ id, text, theme }, '*')
  })
}

async function openFrame(): Promise<Window> {
  const address = new URL('../../../node_modules/mermaid/dist/mermaid.min.js', import.meta.url)
  const response = await fetch(address)
  if (!response.ok) throw new Error('The code that draws diagrams could not be fetched.')
  const mermaid = (await response.text()).replace(/<\/script/gi, '<\\/script')
  const element = document.createElement('iframe')
  element.setAttribute('sandbox', 'allow-scripts')
  element.setAttribute('aria-hidden', 'true')
  element.tabIndex = -1
  element.className = 'diagram-frame'
  element.srcdoc = pageWith(mermaid)
  document.body.append(element)
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      element.remove()
      reject(new Error('The frame that draws diagrams did not start.'))
    }, patience)
    window.addEventListener('message', ({ source, data }) => {
      if (source === null || source !== element.contentWindow) return
      if (ready.safeParse(data).success) {
        clearTimeout(timer)
        resolve(element.contentWindow)
      }
      const parsed = answer.safeParse(data)
      if (parsed.success) waiting.get(parsed.data.id)?.(parsed.data.svg)
    })
  })
}

/** The frame's page. It inherits the policy of ours, whose nonce its scripts need, and has a narrower one on top. */
function pageWith(mermaid: string): string {
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? ''
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'`
  const scripts = [mermaid, script].map((text) => `<script nonce="${nonce}">${text}</script>`)
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><body>${scripts.join('')}</body>`
}
