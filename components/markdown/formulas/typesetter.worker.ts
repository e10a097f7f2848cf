import { type FormulaSource, typeset } from './typeset'

/** A formula, or the commands of chemistry, which few texts need. */
export type TypesetRequest = FormulaSource | 'chemistry'

self.addEventListener('message', ({ data }: MessageEvent<TypesetRequest>) => {
  if (data !== 'chemistry') self.postMessage(typeset(data))
  else
    import('katex/contrib/mhchem').then(
      () => self.postMessage(null),
      // Their source is shown instead.
      () => self.postMessage(null),
    )
})
// It is ready.
self.postMessage(null)
