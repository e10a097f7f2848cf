import { type Renderer, RenderQueue, withTimeout } from '../render-queue'
import type { FormulaSource } from './typeset'
import type { TypesetRequest } from './typesetter.worker'

/** In milliseconds. A formula that takes longer is one that was made to. */
const TIMEOUT_MS = 1000

/**
 * Formulas are set beside the page: TeX can double a text with each macro, so that no limit on what is written says how
 * long it takes.
 */
export const formulaQueue = new RenderQueue(startTypesetter, TIMEOUT_MS)

const chemistryCommand = /\\(?:ce|pu)\b/

/** What most formulas are set in. With a font that came later, what has been set would move. */
const FONTS = ['1em KaTeX_Main', 'italic 1em KaTeX_Math', '1em KaTeX_Size1', '1em KaTeX_Size2', '1em KaTeX_AMS']

async function startTypesetter(): Promise<Renderer<FormulaSource>> {
  const worker = new Worker(new URL('./typesetter.worker.ts', import.meta.url), { type: 'module' })
  const styles = import('./katex-styles').then(() => withTimeout(loadFonts(), TIMEOUT_MS))
  await Promise.all([nextAnswer(worker), styles])
  const ask = (question: TypesetRequest) => {
    const answer = nextAnswer(worker)
    worker.postMessage(question)
    return answer
  }
  let chemistry: Promise<unknown> | null = null
  return {
    async prepare({ tex }) {
      if (chemistryCommand.test(tex)) chemistry ??= ask('chemistry')
      await chemistry
    },
    render: ask,
    stop: () => worker.terminate(),
  }
}

/** One that does not come, or not soon, is no reason to show no formula. */
async function loadFonts(): Promise<void> {
  await Promise.allSettled(FONTS.map((font) => document.fonts.load(font)))
}

function nextAnswer(worker: Worker): Promise<string | null> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string | null>) => resolve(data)
    worker.onerror = () => reject(new Error('What sets formulas has failed.'))
  })
}
