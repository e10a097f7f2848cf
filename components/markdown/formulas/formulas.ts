import { inTime, type Renderer, Rendering } from '../rendering'
import type { FormulaSource } from './typeset'
import type { TypesetterQuestion } from './typesetter.worker'

/** In milliseconds. A formula that takes longer is one that was made to. */
const patience = 1000

/**
 * Formulas are set beside the page: TeX can double a text with each macro, so that no limit on what is written says how
 * long it takes.
 */
export const formulas = new Rendering(startTypesetter, patience)

const isChemical = /\\(?:ce|pu)\b/

/** What most formulas are set in. With a font that came later, what has been set would move. */
const fonts = ['1em KaTeX_Main', 'italic 1em KaTeX_Math', '1em KaTeX_Size1', '1em KaTeX_Size2', '1em KaTeX_AMS']

async function startTypesetter(): Promise<Renderer<FormulaSource>> {
  const worker = new Worker(new URL('./typesetter.worker.ts', import.meta.url), { type: 'module' })
  const styles = import('./katex-styles').then(() => inTime(loadFonts(), patience))
  await Promise.all([nextAnswer(worker), styles])
  const ask = (question: TypesetterQuestion) => {
    const answer = nextAnswer(worker)
    worker.postMessage(question)
    return answer
  }
  let chemistry: Promise<unknown> | null = null
  return {
    async prepare({ tex }) {
      if (isChemical.test(tex)) chemistry ??= ask('chemistry')
      await chemistry
    },
    render: ask,
    stop: () => worker.terminate(),
  }
}

/** One that does not come, or not soon, is no reason to show no formula. */
async function loadFonts(): Promise<void> {
  await Promise.allSettled(fonts.map((font) => document.fonts.load(font)))
}

function nextAnswer(worker: Worker): Promise<string | null> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string | null>) => resolve(data)
    worker.onerror = () => reject(new Error('What sets formulas has failed.'))
  })
}
