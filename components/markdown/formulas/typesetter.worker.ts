import { type FormulaSource, typeset } from './typeset'

/** A formula, or a request to load the chemistry commands, which few replies need. */
export type TypesetRequest = FormulaSource | 'chemistry'

self.addEventListener('message', ({ data }: MessageEvent<TypesetRequest>) => {
  if (data !== 'chemistry') self.postMessage(typeset(data))
  else
    import('katex/contrib/mhchem').then(
      () => self.postMessage(null),
      // The source is shown instead.
      () => self.postMessage(null),
    )
})
// Says that the worker is ready.
self.postMessage(null)
