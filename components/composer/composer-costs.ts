export { ComposerFooter } from './composer-footer'
export { ComposerNotes } from './composer-notes'
export { CostWatcher } from './cost-watcher'
export { EstimateLine } from './estimate-line'
