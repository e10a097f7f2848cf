import { type Renderer, RenderQueue, withTimeout } from '../render-queue'
import type { FormulaSource } from './typeset'
import type { TypesetRequest } from './typesetter.worker'

/** A formula that takes longer was made to. */
const TIMEOUT_MS = 1000

/** Typesets formulas in a worker: TeX macros can double a text each, so no limit on the source bounds the time. */
export const formulaQueue = new RenderQueue(startTypesetter, TIMEOUT_MS)

const chemistryCommand = /\\(?:ce|pu)\b/

/** The fonts of most formulas. A font that loads later would move what is typeset. */
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

/** A font that fails or is late doesn't hold back formulas. */
async function loadFonts(): Promise<void> {
  await Promise.allSettled(FONTS.map((font) => document.fonts.load(font)))
}

function nextAnswer(worker: Worker): Promise<string | null> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string | null>) => resolve(data)
    worker.onerror = () => reject(new Error('What sets formulas has failed.'))
  })
}
