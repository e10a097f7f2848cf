// One chunk: the parts of the composer that load with the first prompt.
export { ComposerFooter } from './composer-footer'
export { ComposerNotes } from './composer-notes'
export { CostWatcher } from './cost-watcher'
export { EstimateLine } from './estimate-line'
