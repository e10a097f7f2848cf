import * as z from 'zod/mini'
import { type Renderer, RenderQueue, withTimeout } from '../render-queue'
import { withQuotedLabels } from './quoted-labels'

export interface DiagramSource {
  text: string
  dark: boolean
}

/** Longer diagrams aren't drawn. */
const MAX_CHARACTERS = 20_000
/** Mermaid is large, so the frame takes long to start. */
const FRAME_START_TIMEOUT_MS = 30_000
const DIAGRAM_TIMEOUT_MS = 10_000

const answer = z.object({ svg: z.nullable(z.string()) })

/** The page's colors, in the only notation that Mermaid can parse. */
const THEMES = {
  light: {
    darkMode: false,
    background: '#f3f0ea',
    primaryColor: '#fcfaf6',
    primaryTextColor: '#1b222a',
    primaryBorderColor: '#858d96',
    lineColor: '#4d555e',
    textColor: '#1b222a',
    edgeLabelBackground: '#f3f0ea',
  },
  dark: {
    darkMode: true,
    background: '#18212a',
    primaryColor: '#222c37',
    primaryTextColor: '#dce0e5',
    primaryBorderColor: '#67707a',
    lineColor: '#9da6af',
    textColor: '#dce0e5',
    edgeLabelBackground: '#18212a',
  },
}

/** Runs in the frame next to Mermaid: draws what it receives. The first message says that it is ready. */
const script = `
addEventListener('message', async ({ data: { text, dark } }) => {
  let svg = null
  try {
    mermaid.initialize({
      startOnLoad: false, securityLevel: 'strict', suppressErrorRendering: true,
      theme: 'base',
      themeVariables: { fontFamily: 'system-ui, sans-serif', ...${JSON.stringify(THEMES)}[dark ? 'dark' : 'light'] },
      htmlLabels: false, flowchart: { htmlLabels: false }, maxTextSize: ${MAX_CHARACTERS}, maxEdges: 400,
    })
    svg = (await mermaid.render('diagram', text)).svg
  } catch {}
  parent.postMessage({ svg }, '*')
})
parent.postMessage({ svg: null }, '*')
`

/**
 * Draws diagrams as SVG. Mermaid runs in a frame without an origin, network, or access to the page. Its result must be
 * shown as an image, in which nothing runs or loads either.
 */
export const diagramQueue = new RenderQueue(openFrame, DIAGRAM_TIMEOUT_MS)

async function openFrame(): Promise<Renderer<DiagramSource>> {
  const address = new URL('../../../node_modules/mermaid/dist/mermaid.min.js', import.meta.url)
  const response = await fetch(address)
  if (!response.ok) throw new Error('The code that draws diagrams could not be fetched.')
  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.setAttribute('aria-hidden', 'true')
  frame.tabIndex = -1
  frame.className = 'diagram-frame'
  frame.srcdoc = frameDocument((await response.text()).replace(/<\/script/gi, '<\\/script'))
  document.body.append(frame)
  const removed = new AbortController()
  const stop = () => {
    removed.abort()
    frame.remove()
  }
  if ((await withTimeout(nextAnswer(frame, removed.signal), FRAME_START_TIMEOUT_MS)) === undefined) {
    stop()
    throw new Error('The frame that draws diagrams did not start.')
  }
  const draw = async (source: DiagramSource) => {
    const drawn = nextAnswer(frame, removed.signal)
    frame.contentWindow?.postMessage(source, '*')
    return await drawn
  }
  return {
    async render(source) {
      if (source.text.length > MAX_CHARACTERS) return null
      const drawn = await draw(source)
      const text = withQuotedLabels(source.text)
      // Mermaid needs quotes around some labels, and models omit them.
      return drawn ?? (text === source.text ? null : await draw({ ...source, text }))
    },
    stop,
  }
}

function nextAnswer(frame: HTMLIFrameElement, removed: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const listening = new AbortController()
    removed.addEventListener('abort', () => listening.abort(), { signal: listening.signal })
    window.addEventListener(
      'message',
      ({ source, data }) => {
        const parsed = answer.safeParse(data)
        if (source === null || source !== frame.contentWindow || !parsed.success) return
        listening.abort()
        resolve(parsed.data.svg)
      },
      { signal: listening.signal },
    )
  })
}

/**
 * The frame's document. It inherits the page's content security policy, whose nonce its scripts need, and adds a
 * stricter one.
 */
function frameDocument(mermaid: string): string {
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? ''
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'`
  const scripts = [mermaid, script].map((text) => `<script nonce="${nonce}">${text}</script>`)
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><body>${scripts.join('')}</body>`
}
