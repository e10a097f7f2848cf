import { type FormulaSource, typeset } from './typeset'

self.addEventListener('message', ({ data }: MessageEvent<FormulaSource>) => self.postMessage(typeset(data)))
// It is ready.
self.postMessage(null)
